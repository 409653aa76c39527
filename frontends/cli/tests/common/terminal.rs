//! Runs the command in a terminal of its own.

use std::fs::File;
use std::io::Read;
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A terminal, and the command that runs in it.
pub struct Terminal {
    pub child: Child,
    /// What a person at the terminal types and sees.
    pub person: File,
}

impl Terminal {
    /// Starts a command in a terminal with this number of columns.
    pub fn run(command: Command, columns: u16) -> Self {
        Self::reading(None, command, columns)
    }

    /// The same, with a pipe as standard input.
    pub fn piped(command: Command, columns: u16) -> Self {
        Self::reading(Some(Stdio::piped()), command, columns)
    }

    fn reading(input: Option<Stdio>, mut command: Command, columns: u16) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let path = ptsname(&person, Vec::new()).unwrap();
        let program = File::options().read(true).write(true).open(path.to_str().unwrap()).unwrap();
        let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&program, size).unwrap();
        let output = program.try_clone().unwrap();
        let input = input.unwrap_or_else(|| program.try_clone().unwrap().into());
        command.env("TERM", "xterm-256color").stdin(input).stdout(output).stderr(program);
        Self { child: command.spawn().unwrap(), person: person.into() }
    }

    /// What the command wrote until it ended, and its exit status.
    pub fn ended(mut self) -> (String, Option<i32>) {
        let seen = self.rest();
        let status = self.child.wait().unwrap();
        (seen.replace("\r\n", "\n"), status.code())
    }

    /// What the command writes from now on until it ends.
    pub fn rest(&mut self) -> String {
        let mut seen = Vec::new();
        // At the end of a terminal there is an error.
        _ = self.person.read_to_end(&mut seen);
        String::from_utf8_lossy(&seen).into_owned()
    }

    /// Reads until the command has written a text.
    pub fn wait_for(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        let mut block = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains(text) {
            let count = self.person.read(&mut block).unwrap();
            seen.extend_from_slice(&block[..count]);
        }
        String::from_utf8_lossy(&seen).into_owned()
    }
}
