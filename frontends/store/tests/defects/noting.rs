//! Defects of notes and snapshots.

use callfold::CallId;
use callfold::call::Snapshot;
use callfold_store::{AppendError, Lease, Noted, StoreError};

use super::Defect;
use super::store::Defective;

impl Defective {
    pub(super) async fn keep_snapshot_wrongly(
        &self,
        call: CallId,
        revision: u64,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        let is_stored = self.is_stored(call, revision).await?;
        let is_kept = match self.defect {
            Defect::KeepsEverySnapshot => !is_stored,
            Defect::KeepsTheLastSnapshot => is_stored,
            _ => false,
        };
        if is_kept {
            self.wrong().snapshots.insert(call, snapshot.clone());
        }
        Ok(())
    }

    pub(super) async fn note_wrongly(
        &self,
        leases: &[Lease],
        consumer: &str,
        noted: &[Noted],
    ) -> Result<(), AppendError> {
        let leases = match self.defect {
            Defect::IgnoresLeases | Defect::NotesUnderALostLease => &[],
            _ => leases,
        };
        let shared = if self.has(Defect::SharesNotes) { "all" } else { consumer };
        self.inner.note_under(leases, shared, noted).await?;
        for Noted { call, revision } in noted {
            let is_stored = self.is_stored(*call, *revision).await?;
            let is_kept = match self.defect {
                Defect::LeavesTheNote | Defect::NotesGoBack => is_stored,
                Defect::NotesWhatIsUnknown => !is_stored,
                _ => false,
            };
            if is_kept {
                self.wrong().notes.insert((consumer.to_owned(), *call), *revision);
            }
        }
        Ok(())
    }

    pub(super) async fn noted_wrongly(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        let shared = if self.has(Defect::SharesNotes) { "all" } else { consumer };
        let mut noted = self.inner.noted(shared).await?;
        match self.defect {
            Defect::ForgetsNotesAtARestart if self.is_restarted => noted.clear(),
            Defect::NotesGoBack => {
                for note in &mut noted {
                    note.revision = self.wrong_note(consumer, note.call).unwrap_or(note.revision);
                }
            }
            Defect::NotesWhatIsUnknown => {
                let wrong = self.wrong().notes.clone();
                let of_consumer = wrong.into_iter().filter(|((of, _), _)| of == consumer);
                noted.extend(of_consumer.map(|((_, call), revision)| Noted { call, revision }));
            }
            _ => {}
        }
        Ok(noted)
    }

    pub(super) async fn noted_of_wrongly(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        if self.has(Defect::LeavesTheNote)
            && let Some(left) = self.wrong_note(consumer, call)
        {
            return Ok(left);
        }
        let noted = self.noted_wrongly(consumer).await?;
        Ok(noted.iter().find(|noted| noted.call == call).map_or(0, |noted| noted.revision))
    }

    fn wrong_note(&self, consumer: &str, call: CallId) -> Option<u64> {
        self.wrong().notes.get(&(consumer.to_owned(), call)).copied()
    }
}
