"""kiwisolver as a layout engine uses it: expressions, constraints, strengths, editing, errors."""


import kiwisolver
from checks import check, check_type
from kiwisolver import Constraint, Expression, Solver, Term, Variable, strength

check("binary", lambda: kiwisolver._cext.__file__.rpartition("/")[2])
check("versions", lambda: (kiwisolver.__version__, kiwisolver.__kiwi_version__))
check("names", lambda: sorted(kiwisolver.__all__))

x, y, z = Variable("x"), Variable("y"), Variable("é漢")


def terms(expression):
    # In order of name: the solver keeps them in the order of their addresses.
    return sorted((term.variable().name(), term.coefficient()) for term in expression.terms()), expression.constant()


def caught(function):
    try:
        function()
    except Exception as error:
        return error


def constraint(value):
    return terms(value.expression()), value.op(), value.strength()


check("variable", lambda: (x.name(), z.name(), x.value(), x.context(), Variable().name()))
check("rename", lambda: (y.setName("why"), y.name(), y.setName("y")))
check("context", lambda: (x.setContext({"any": "object"}), x.context(), Variable("v", [1]).context()))
check("variable name int", Variable, 5)
check("variable too many", Variable, "a", None, 3)
check("set name None", x.setName, None)

check("repr", lambda: (repr(x), repr(2 * x), str(x)))
check("term repr", lambda: repr(x * 2.5 + 1))
check("constraint repr", lambda: repr((2 * y >= 10) | "weak"))
operations = {
    "neg": lambda: terms(-(x + 1)),
    "neg variable": lambda: ((-x).variable().name(), (-x).coefficient()),
    "mul": lambda: (x * 2).coefficient(),
    "rmul": lambda: (2.5 * x).coefficient(),
    "div": lambda: (x / 4).coefficient(),
    "add": lambda: terms(x + y),
    "add int": lambda: terms(x + 2),
    "radd": lambda: terms(1.5 + x),
    "sub": lambda: terms(x - y - 3),
    "rsub": lambda: terms(10 - x),
    "expression mul": lambda: terms((x + y + 1) * 3),
    "expression div": lambda: terms((x + y + 1) / 2),
    "sum": lambda: terms(sum([x, y, 2 * z])),
    "same twice": lambda: terms(x + x + 2 * x - y),
    "term plus term": lambda: terms(2 * x + 3 * y),
    "bool": lambda: terms(x + True),
    "Term": lambda: (Term(x).coefficient(), Term(x, 3).value()),
    "Expression": lambda: terms(Expression([Term(x, 2), Term(y)], 5)),
    "Expression of tuple": lambda: terms(Expression((Term(x),))),
    "equal": lambda: constraint(x == 3),
    "less": lambda: constraint(x + 1 <= y),
    "greater": lambda: constraint(2 * x >= y + 4),
    "reversed": lambda: constraint(5 <= x),
    "or name": lambda: constraint((x == 1) | "strong"),
    "or number": lambda: constraint((x == 1) | 42.5),
    "ror": lambda: constraint("medium" | (x == 1)),
    "Constraint": lambda: constraint(Constraint(x + 1, "<=", "weak")),
    "Constraint default": lambda: constraint(Constraint(x + 1, "==")),
    "violated": lambda: (x >= 1).violated(),
    "big int": lambda: terms(x + 2**70),
}
for label, operation in operations.items():
    check(label, operation)

errors = {
    "mul variables": lambda: x * y,
    "div by variable": lambda: 1 / x,
    "div by zero": lambda: x / 0,
    "expression div by zero": lambda: (x + 1) / 0.0,
    "add str": lambda: x + "a",
    "str add": lambda: "a" + x,
    "pow": lambda: x**2,
    "less than": lambda: x < 3,
    "not equal": lambda: x != y,
    "greater than": lambda: x + 1 > 3,
    "compare str": lambda: x == "a",
    "bad strength": lambda: (x == 1) | "heavy",
    "strength object": lambda: (x == 1) | None,
    "hash": lambda: hash(x),
    "huge int": lambda: x * 10**400,
}
for label, error in errors.items():
    # The words about operands are the host's.
    check_type(label, error)
for label, error in {
    "Term of str": lambda: Term("x"),
    "Term coefficient": lambda: Term(x, "a"),
    "Expression of int": lambda: Expression([5]),
    "Expression constant": lambda: Expression([], "a"),
    "Constraint op": lambda: Constraint(x + 1, "<"),
    "Constraint op int": lambda: Constraint(x + 1, 5),
    "Constraint of variable": lambda: Constraint(x, "=="),
    "Constraint strength": lambda: Constraint(x + 1, "==", "heavy"),
    "Constraint keyword": lambda: Constraint(x + 1, "==", colour=1),
    "Solver argument": lambda: Solver(1),
    "add int": lambda: Solver().addConstraint(1),
    "edit int": lambda: Solver().addEditVariable(1, "weak"),
}.items():
    check(label, error)

check("strength", lambda: (strength.weak, strength.medium, strength.strong, strength.required))
check("strength create", lambda: (strength.create(1, 2, 3), strength.create(1, 0, 0, 4.0)))
check_type("strength set", lambda: setattr(strength, "weak", 3))

left, width, right = Variable("left"), Variable("width"), Variable("right")
solver = Solver()
rule = left + width == right
for item in (rule, left >= 0, (width >= 100) | "strong", (width == 300) | "weak"):
    solver.addConstraint(item)
solver.updateVariables()
check("solved", lambda: (left.value(), width.value(), right.value(), rule.violated()))
check("has", lambda: (solver.hasConstraint(rule), solver.hasConstraint(left >= 0)))
check("edit", lambda: (solver.addEditVariable(right, "strong"), solver.hasEditVariable(right), solver.hasEditVariable(left)))
for value in (500, 250.5, 50, -10):
    solver.suggestValue(right, value)
    solver.updateVariables()
    check(f"suggest {value}", lambda: (left.value(), width.value(), right.value()))
check("expression value", lambda: ((left + 2 * width).value(), (3 * width).value()))
check_type("duplicate", lambda: solver.addConstraint(rule))
check("unknown", lambda: solver.removeConstraint(left == 5))
check("unsatisfiable", lambda: solver.addConstraint((left == -5)))
check("duplicate edit", lambda: solver.addEditVariable(right, "weak"))
check("required edit", lambda: solver.addEditVariable(left, "required"))
check("unknown edit", lambda: solver.removeEditVariable(width))
check("suggest unknown", lambda: solver.suggestValue(width, 1))
check("suggest str", lambda: solver.suggestValue(right, "a"))
check("error argument", lambda: [type(e.args[0]).__name__ for e in [caught(lambda: solver.addConstraint(rule))]])
check("dumps", lambda: [line for line in solver.dumps().splitlines() if line and not any(c.isdigit() for c in line)][:6])
check("remove", lambda: (solver.removeEditVariable(right), solver.removeConstraint(rule), solver.hasConstraint(rule)))
check("reset", lambda: (solver.reset(), solver.hasConstraint(left >= 0)))


class Named(Variable):
    """A subclass with state of its own."""

    def __new__(cls, name, owner):
        self = super().__new__(cls, name)
        self.owner = owner
        return self


named = Named("n", "someone")
check("subclass", lambda: (named.owner, named.name(), terms(named + 1), (2 * named).variable() is named))
check("identity", lambda: (x + 1).terms()[0].variable() is x)


def chain(length):
    solver, variables = Solver(), [Variable(f"v{i}") for i in range(length)]
    solver.addConstraint(variables[0] == 1)
    for before, after in zip(variables, variables[1:]):
        solver.addConstraint(after == before + 2)
    solver.updateVariables()
    return [variable.value() for variable in variables[:: length // 5]]


check("chain", chain, 200)
for _ in range(50):
    chain(20)
