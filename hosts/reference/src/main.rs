//! Runs the checks of an extension module on the reference host.

fn main() {
    gimbal_reference::start(gimbal_reference::heap::Options {
        stress: true,
        free_threaded: false,
    });
    let mut t = gimbal_reference::heap::Thread::enter();
    let (a, b) = (t.int(40), t.int(2));
    match t.call_method(&a, "__add__", &[b]) {
        Ok(sum) => println!("{}", t.repr_string(&sum).unwrap_or_default()),
        Err(error) => println!("{}", t.type_name(&error.0)),
    }
}
