//! Strangers' files are read by a process of their own, which may take so much memory and time and no more. When it dies, that is an
//! answer: this process never held what the file unfolds to.

use std::collections::HashSet;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lingxi_kernel::{Error, ErrorCode, Result, TenantId};
use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};
use tokio::sync::Semaphore;

use super::{Parsed, parse};

/// How the binary is called that reads a file: with this, and the file's name.
pub const READ_FILE: &str = "read-file";

/// Files that are read at a time.
const AT_A_TIME: usize = 2;
/// How long a file's turn is waited for, and how long reading it may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Seconds of computing that reading a file may take.
const MOST_SECONDS: u64 = 15;
/// Bytes of memory that reading a file may take, beyond those of the program itself.
const MOST_MEMORY: u64 = 768 << 20;
/// The allocator reserves its address space in pieces of this size, so that the limit counts what is used.
const ALLOCATOR_PIECES: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "32MiB");
/// Bytes that may come of a file.
const MOST_ANSWER: u64 = 128 << 20;
/// The reader gives way to whoever serves.
const PATIENT: i32 = 10;

/// Reads the file of this name from the standard input, and writes what it holds to the standard output: the child's side.
pub fn read_file(name: &str) -> ExitCode {
    // Where a limit cannot be set the other ones hold, and the bounds that the reading itself has.
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    let _ = limit(Resource::As, own_memory() + MOST_MEMORY);
    let _ = limit(Resource::Cpu, MOST_SECONDS);
    let _ = limit(Resource::Core, 0);
    let _ = setpriority_process(None, PATIENT);
    // When the machine itself runs out of memory this one dies first.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes).map_err(Error::from);
    let parsed = read.and_then(|_| parse(name, &bytes));
    let said = serde_json::to_writer(std::io::BufWriter::new(std::io::stdout().lock()), &parsed);
    if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Bytes of address space that this process has.
fn own_memory() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|all| all.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default();
    pages * u64::try_from(rustix::param::page_size()).unwrap_or_default()
}

/// Ends the process when nobody waits for it any more.
struct Reading(Child);

impl Drop for Reading {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Has files read, some at a time, and of each firm one.
pub(crate) struct Readers {
    program: PathBuf,
    places: Semaphore,
    busy: Mutex<HashSet<TenantId>>,
}

struct Place<'a>(&'a Readers, TenantId);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Readers {
    /// Readers that are this program itself, unless it is said which.
    pub(crate) fn new(program: Option<PathBuf>) -> Self {
        // The link leads to this program even when another one has been put in its place since.
        let itself = || {
            let link = PathBuf::from("/proc/self/exe");
            if link.exists() { link } else { std::env::current_exe().unwrap_or(link) }
        };
        Self {
            program: program.unwrap_or_else(itself),
            places: Semaphore::new(AT_A_TIME),
            busy: Mutex::new(HashSet::new()),
        }
    }

    /// What a file holds.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] while another file of the firm is read, [`ErrorCode::Unavailable`] when others' files take too long,
    /// [`ErrorCode::Invalid`] or [`ErrorCode::TooLarge`] with the reason why it cannot be read.
    pub(crate) async fn read(&self, tenant: TenantId, name: &str, bytes: Vec<u8>) -> Result<Parsed> {
        if !self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant) {
            return Err(Error::conflict("Another file of yours is being read; send this one when that is done."));
        }
        let _place = Place(self, tenant);
        let turn = tokio::time::timeout(PATIENCE, self.places.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            let message = "Many files are being read at the moment. Please try again in a minute.";
            return Err(Error::new(ErrorCode::Unavailable, message));
        };
        apart(&self.program, &[READ_FILE, name], bytes, PATIENCE).await
    }
}

/// What a program says about some bytes.
async fn apart(program: &Path, arguments: &[&str], bytes: Vec<u8>, patience: Duration) -> Result<Parsed> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env(ALLOCATOR_PIECES.0, ALLOCATOR_PIECES.1);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut reading =
        Reading(command.spawn().map_err(|error| Error::internal(format!("no reader of files: {error}")))?);
    let (Some(mut input), Some(output)) = (reading.0.stdin.take(), reading.0.stdout.take()) else {
        return Err(Error::internal("a reader of files has no input or output"));
    };
    let died = || {
        Error::field(
            "file",
            "Reading the file took too much memory or time. Save it again with the needed columns alone, or split it.",
        )
    };
    // Whoever dies early breaks the pipe, and has its answer in the other one.
    let written = tokio::task::spawn_blocking(move || input.write_all(&bytes));
    let answer = tokio::task::spawn_blocking(move || answer_of(output));
    let answered = tokio::time::timeout(patience, answer).await;
    drop(reading);
    drop(written);
    match answered {
        Ok(answer) => answer?.unwrap_or_else(|| Err(died())),
        Err(_) => Err(died()),
    }
}

/// What was said, if it was said to its end.
fn answer_of(output: impl Read) -> Option<Result<Parsed>> {
    let mut said = Vec::new();
    output.take(MOST_ANSWER).read_to_end(&mut said).ok()?;
    serde_json::from_slice(&said).ok()
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").field("program", &self.program).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn says(script: &str) -> Error {
        let patience = Duration::from_millis(300);
        apart(Path::new("/bin/sh"), &["-c", script], vec![0; 1 << 20], patience).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_reader_that_dies_stalls_or_babbles_is_an_answer() {
        for script in ["kill -9 $$", "exit 1", "exec sleep 60", "exec yes", "echo '{\"Ok\":'"] {
            let refusal = says(script).await;
            assert_eq!(refusal.code, ErrorCode::Invalid, "{script}: {refusal}");
            assert!(refusal.message.contains("too much memory or time"), "{script}: {refusal}");
        }
    }

    #[tokio::test]
    async fn of_one_firm_one_file_is_read_at_a_time() {
        let readers = Readers::new(Some("/bin/false".into()));
        let (one, other) =
            (TenantId::from_uuid(uuid::Uuid::from_u128(1)), TenantId::from_uuid(uuid::Uuid::from_u128(2)));
        let (first, second, third) = tokio::join!(
            readers.read(one, "a.csv", Vec::new()),
            readers.read(one, "b.csv", Vec::new()),
            readers.read(other, "c.csv", Vec::new()),
        );
        assert_eq!(first.unwrap_err().code, ErrorCode::Invalid);
        assert_eq!(second.unwrap_err().code, ErrorCode::Conflict);
        assert_eq!(third.unwrap_err().code, ErrorCode::Invalid, "another firm does not wait");
    }
}
