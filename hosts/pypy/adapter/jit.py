"""What PyPy's JIT is told: calls that are rare must not become part of its traces (ADR 18)."""
try:
    from pypyjit import residual_call
except ImportError:     # a PyPy without a JIT
    def residual_call(f, *args):
        return f(*args)

__all__ = ['residual_call']
