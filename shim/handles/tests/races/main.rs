//! Every race of the protocols, by name: two threads do what the name says, and what must hold afterwards is asserted.
//!
//! * With `--cfg loom` loom tries the interleavings (and the reorderings that weak memory allows) of each scenario: all
//!   of them. Then it tries again with a mutation of the protocol switched on, and must find the failure.
//! * Without it each scenario runs many times on real threads.
//!
//! `cargo xtask test` does both.

mod scenarios;
mod shim;

use gimbal_handles::sync::thread;

/// Runs two things at the same time, and returns what both came to.
fn race<A: Send + 'static, B>(a: impl FnOnce() -> A + Send + 'static, b: impl FnOnce() -> B) -> (A, B) {
    let gate = runner::gate();
    let other = {
        let gate = gate.clone();
        thread::spawn(move || {
            runner::meet(&gate);
            a()
        })
    };
    runner::meet(&gate);
    let b = b();
    (other.join().expect("the other thread has failed"), b)
}

#[cfg(loom)]
mod runner {
    use gimbal_handles::sync::mutation;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Loom lets threads meet in every way by itself.
    #[derive(Clone)]
    pub struct Gate;

    pub fn gate() -> Gate {
        Gate
    }

    pub fn meet(_: &Gate) {}

    /// Tries all interleavings; how many there were.
    fn model(scenario: fn()) -> usize {
        let tried = Arc::new(AtomicUsize::new(0));
        let count = tried.clone();
        loom::model(move || {
            count.fetch_add(1, Ordering::Relaxed);
            scenario();
        });
        tried.load(Ordering::Relaxed)
    }

    /// The scenario holds in every interleaving, and in some not when the protocol is mutated.
    pub fn check(scenario: fn(), mutations: &[&'static str]) {
        println!("holds in {} interleavings", model(scenario));
        for name in mutations {
            mutation::switch_on(name);
            let noticed = catch_unwind(AssertUnwindSafe(|| model(scenario))).is_err();
            mutation::switch_on("");
            assert!(noticed, "the mutation {name} is not noticed");
        }
    }
}

#[cfg(not(loom))]
mod runner {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    const ROUNDS: usize = if cfg!(miri) { 20 } else { 3000 };

    type Gate = Arc<AtomicU32>;

    pub fn gate() -> Gate {
        Arc::default()
    }

    /// Waits for the other thread, so that both begin at once.
    pub fn meet(gate: &Gate) {
        gate.fetch_add(1, Ordering::Relaxed);
        while gate.load(Ordering::Relaxed) < 2 {
            std::thread::yield_now();
        }
    }

    /// The scenario holds as often as it is tried.
    pub fn check(scenario: fn(), _mutations: &[&'static str]) {
        (0..ROUNDS).for_each(|_| scenario());
    }
}

/// One test for each race, with the mutations (marked by `or_mutant!` in the source) that must make it fail.
macro_rules! races {
    ($($name:ident: $($mutation:ident),+;)*) => {
        $(
            #[test]
            fn $name() {
                runner::check(scenarios::$name, &[$(stringify!($mutation)),+]);
            }
        )*
    };
}

races! {
    open_against_open: OpenTwice;
    close_against_open: CloseWithoutLooking;
    close_against_resolve: ResolveAnyGeneration;
    death_against_arrival: DropTheLastQuickly;
    batch_release_against_encode: ReleaseWithoutCounting, SendWithoutCounting;
    weak_handle_upgrade_against_death: UpgradeWithoutCounting;
    weak_upgrade_against_death: UpgradeTheDead;
    weak_upgrade_against_owners_death: DieUnseen;
    wrapper_death_against_re_exposure: DeathOfAnother;
    pin_against_unpin_scan: PassUnseen;
    count_merge_against_shared_decrement: MergeWithoutLooking;
    queued_merge_against_owners_end: ForgetWhatWaits;
    extension_lock_hand_over: BiasWithoutBarrier, BiasWithoutLook, EnterBesideTheOwner;
    extension_lock_between_two: GiveRelaxed;
}
