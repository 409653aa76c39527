//! The file that a page or a picture is written to.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::complain::complain;
use crate::input::Input;
use crate::interrupt::Undoing;
use crate::logs::{Logs, folder_of};
use crate::status::Status;
use crate::stdout::stdout;

/// The kind of output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Page,
    Picture,
}

/// The file to write, or standard output.
pub(super) struct Output {
    pub(super) path: PathBuf,
    pub(super) form: Form,
}

/// The error of an output that could not be written.
pub(super) struct Unwritten {
    path: Option<PathBuf>,
    error: io::Error,
}

impl Unwritten {
    /// Prints the error with the name of the file and returns the exit status. An error of standard output is returned
    /// instead, because the caller treats a closed pipe differently.
    pub(super) fn into_status(self) -> io::Result<Status> {
        let Some(path) = self.path else { return Err(self.error) };
        complain(format_args!("{}: {}", path.display(), self.error));
        Ok(Status::REFUSED)
    }
}

impl Output {
    /// The output that a path names.
    ///
    /// # Errors
    ///
    /// A message where the ending of the path is not known, where the file is one of the logs, which are not overwritten, or
    /// where it may not be written.
    pub(super) fn of(path: &Path, logs: &Logs) -> Result<Self, String> {
        let name = path.display();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let form = match ending.as_deref() {
            _ if path.as_os_str() == "-" => Form::Page,
            Some("html" | "htm") => Form::Page,
            Some("svg") => Form::Picture,
            _ => {
                return Err(format!(
                    "{name}: a page is called FILE.html, a picture FILE.svg; - is standard output"
                ));
            }
        };
        let here = Input::of(path.into(), false).identity().filter(|_| path.as_os_str() != "-");
        if here.is_some() && logs.inputs.iter().any(|input| input.identity() == here) {
            return Err(format!("{name}: this is one of the logs, and would be overwritten"));
        }
        let writable = if path.as_os_str() == "-" { Ok(()) } else { writable(&target(path)) };
        writable.map_err(|error| format!("{name}: {error}"))?;
        Ok(Self { path: path.into(), form })
    }

    pub(super) fn write(&self, report: impl FnOnce(&mut Text<'_>) -> fmt::Result) -> Result<(), Unwritten> {
        let (written, path) = if self.path.as_os_str() == "-" {
            (stdout().and_then(|mut out| text(&mut out, report)), None)
        } else {
            (self.replace(report), Some(self.path.clone()))
        };
        written.map_err(|error| Unwritten { path, error })
    }

    /// Replaces the file with a complete new one that has the same permissions, or leaves it as it was. Hard links to the old
    /// file keep the old content.
    fn replace(&self, report: impl FnOnce(&mut Text<'_>) -> fmt::Result) -> io::Result<()> {
        let path = target(&self.path);
        let old = fs::metadata(&path).ok();
        if old.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            return text(&mut BufWriter::new(File::create(&path)?), report);
        }
        let half = Half::default();
        let _removed_on_signal = Undoing::with(half.clone().removal())?;
        let mut file = tempfile::Builder::new().make_in(folder_of(&path), |path| half.create(path))?;
        text(&mut BufWriter::new(&mut file), report)?;
        if let Some(old) = old {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.persist(&path)?;
        Ok(())
    }
}

/// The file that is being written.
#[derive(Clone, Default)]
struct Half(Arc<Mutex<Option<PathBuf>>>);

impl Half {
    fn create(&self, path: &Path) -> io::Result<File> {
        // It is kept until the file is there, so that there is no moment at which a signal would not remove it.
        let mut half = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *half = Some(path.into());
        File::options().write(true).create_new(true).open(path)
    }

    /// Removes the file, and lets nobody create another one.
    fn removal(self) -> impl FnOnce() + Send {
        move || {
            let half = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            _ = half.as_ref().map(fs::remove_file);
            std::mem::forget(half);
        }
    }
}

/// The file that a path leads to. A link stays a link, to the new file.
fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.into())
}

/// Whether a path may be written: a file that is there, or a new one in its folder.
fn writable(path: &Path) -> io::Result<()> {
    let Ok(metadata) = fs::metadata(path) else { return tempfile::tempfile_in(folder_of(path)).map(drop) };
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if metadata.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    if metadata.is_file() {
        File::options().write(true).open(path)?;
        tempfile::tempfile_in(folder_of(path))?;
    }
    Ok(())
}

/// Adapts a byte writer to [`fmt::Write`] and keeps its error.
pub(super) struct Text<'a> {
    out: &'a mut dyn Write,
    error: Option<io::Error>,
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(text.as_bytes()).map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}

fn text(out: &mut dyn Write, report: impl FnOnce(&mut Text<'_>) -> fmt::Result) -> io::Result<()> {
    let mut text = Text { out, error: None };
    let written = report(&mut text);
    match text.error {
        Some(error) => return Err(error),
        None if written.is_err() => return Err(io::Error::other("the report could not be formatted")),
        None => {}
    }
    out.flush()
}
