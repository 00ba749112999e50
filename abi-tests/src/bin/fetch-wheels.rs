//! Fetches the pinned wheels and source distributions into `target/wheels`.

use gimbal_abi_tests::wheels;

fn main() -> anyhow::Result<()> {
    wheels::fetch(&wheels::lock()?)
}
