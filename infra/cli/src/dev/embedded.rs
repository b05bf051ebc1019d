//! The embedded store, with an index that it lacks.
//!
//! At each write to a table with a stream, the store looks for the stream's last record. Without an index it reads all
//! of them, so that the time of a write grows with the number of people: the first 5,000 of an import took 11 seconds,
//! and 5,000 after 15,000 took 75.

use dynoxide::Database;
use dynoxide::storage::Storage;

/// A store in the memory of this process, which goes when its last connection is closed.
pub(crate) const MEMORY: &str = "file:jeton?mode=memory&cache=shared";
const INDEX: &str = "CREATE INDEX IF NOT EXISTS jeton_stream_order \
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// Opens the store at a path, or in memory.
pub(crate) fn open(path: &str) -> dynoxide::Result<Database> {
    // The store gives no access to the connection that it uses, so another one makes the index.
    let storage = Storage::new(path)?;
    storage.conn().execute_batch(INDEX)?;
    Database::new(path)
}
