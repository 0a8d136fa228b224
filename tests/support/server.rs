//! One PostgreSQL for the whole run, in memory where the machine can. Under cargo-nextest, which runs each test in a process
//! of its own, all processes of the run share it.

use std::fs::{self, File};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::OnceLock;
use std::{env, mem};

use inspection_register::database::embedded::{Embedded, Options};

/// Stands for the name of the database in the address of the server.
const ANY: &str = "any_database";

/// Waits for the end of the process of the run, then stops the server whose data is in the folder, and removes the folder
/// and that of its socket.
const WATCHMAN: &str = r#"
while kill -0 "$2" && ! grep -q '^State:.*zombie' "/proc/$2/status"; do sleep 0.2; done
pid=$(sed -n 1p "$1/postgresql/postmaster.pid") && socket=$(sed -n 5p "$1/postgresql/postmaster.pid")
[ -z "$pid" ] || kill -QUIT "$pid"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -n "$pid" ] && kill -0 "$pid" || break
    sleep 0.1
done
rm -rf "$1" "$1.lock" "$socket"
"#;

/// The address of a database of the server.
pub fn url(database: &str) -> String {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| match env::var_os("NEXTEST_RUN_ID") {
        Some(run) => shared(&folder(&run.to_string_lossy())),
        None => own(),
    });
    address.replace(ANY, database)
}

fn folder(name: &str) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let parent = if memory.is_dir() { memory } else { env::temp_dir() };
    parent.join(format!("inspection-register-tests-{name}"))
}

fn start(data_dir: PathBuf) -> Embedded {
    let pg_bindir = env::var_os("PG_BINDIR").map(PathBuf::from);
    Embedded::start(&Options { data_dir, pg_bindir, durable: false }).unwrap()
}

/// A server for this process alone, with which it ends, however that ends.
fn own() -> String {
    let server = start(folder(&process::id().to_string()));
    server.stop_with_this_process().unwrap();
    let address = server.url(ANY);
    mem::forget(server);
    address
}

/// A server for all processes of a run. The first one starts it; it ends with the parent of all, however that ends.
#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn shared(folder: &Path) -> String {
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let note = folder.join("address");
    if let Ok(address) = fs::read_to_string(&note) {
        return address;
    }
    let server = start(folder.to_owned());
    let mut watchman = Command::new("/bin/sh");
    watchman.args(["-c", WATCHMAN, "sh"]).arg(folder).arg(parent_id().to_string());
    watchman.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    watchman.process_group(0).spawn().unwrap();
    let address = server.url(ANY);
    fs::write(note, &address).unwrap();
    // The server outlives this process.
    mem::forget(server);
    address
}
