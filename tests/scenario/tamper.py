"""What somebody with the database file in hand could do to it, one act at a time."""
import sqlite3

# Tables that hold facts, proofs of facts or a picture of facts. Sessions, second-factor steps and
# what a person chose on the screen are no facts.
FREE = {"session", "totp_used", "preference"}


def tables(data):
    db = sqlite3.connect(f"{data}/daicho.db")
    names = [n for n, in db.execute("SELECT name FROM sqlite_master WHERE type='table' "
                                    "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts%'")]
    filled = [n for n in names if n not in FREE and
              db.execute(f"SELECT count(*) FROM {n}").fetchone()[0]]
    db.close()
    return sorted(filled)


def columns(data, table):
    db = sqlite3.connect(f"{data}/daicho.db")
    found = [(r[1], r[5] > 0) for r in db.execute(f"PRAGMA table_info({table})")]
    db.close()
    return found


def _rows(db, table):
    cursor = db.execute(f"SELECT * FROM {table}")
    return [c[0] for c in cursor.description], cursor.fetchall()


def _other(value):
    """A value of the same kind that is not this one."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    return ("b" if value[0] == "a" else "a") + value[1:] if value else "x"


def _rewrite(db, table, names, rows):
    db.execute(f"DELETE FROM {table}")
    marks = ",".join("?" * len(names))
    db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def change(db, table, column):
    names, rows = _rows(db, table)
    i = names.index(column)
    middle = len(rows) // 2
    row = list(rows[middle])
    row[i] = _other(row[i])
    rows[middle] = tuple(row)
    _rewrite(db, table, names, rows)


def delete(db, table, column):
    names, rows = _rows(db, table)
    _rewrite(db, table, names, rows[:len(rows) // 2] + rows[len(rows) // 2 + 1:])


def insert(db, table, column):
    """A row like the last one under the next name; every other value stays."""
    names, rows = _rows(db, table)
    keys = [n for n, is_key in column if is_key] or names[:1]
    unique = {"size", "key", "login"}
    new = [_beyond(v, [r[i] for r in rows]) if n in keys[-1:] or n in unique else v
           for i, (n, v) in enumerate(zip(names, rows[-1]))]
    _rewrite(db, table, names, rows + [tuple(new)])


def _beyond(value, others):
    if isinstance(value, int):
        return max(others) + 1
    if isinstance(value, bytes):
        return bytes(32)
    return value[:-1] + ("0" if value[-1:] != "0" else "1")


def reorder(db, table, column):
    """The contents of two rows change places under their keys."""
    names, rows = _rows(db, table)
    keys = [i for i, (n, is_key) in enumerate(column) if is_key] or [0]
    for a in range(len(rows)):
        for b in range(a + 1, len(rows)):
            one = tuple(rows[a][i] if i in keys else rows[b][i] for i in range(len(names)))
            two = tuple(rows[b][i] if i in keys else rows[a][i] for i in range(len(names)))
            if one != rows[a]:
                rows[a], rows[b] = one, two
                _rewrite(db, table, names, rows)
                return True
    return False


def do(data, act, table, column):
    """Runs one act in one transaction; False where the table's rules leave no room for it."""
    db = sqlite3.connect(f"{data}/daicho.db")
    try:
        with db:
            done = act(db, table, column)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return done is not False
    except sqlite3.IntegrityError:
        return False
    finally:
        db.close()
