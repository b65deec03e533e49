CREATE TABLE IF NOT EXISTS sessions (
    session TEXT PRIMARY KEY,
    offset INTEGER NOT NULL DEFAULT 0,
    noted INTEGER NOT NULL DEFAULT 0,
    damaged INTEGER NOT NULL DEFAULT 0,
    latest REAL NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    session TEXT,
    started REAL NOT NULL,
    ended REAL,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    experiment TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    renamed TEXT,
    notebook TEXT,
    cell TEXT,
    parent TEXT,
    fingerprint TEXT NOT NULL DEFAULT '',
    repeat_of TEXT,
    uri TEXT NOT NULL DEFAULT '',
    mlflow_run_id TEXT,
    state TEXT NOT NULL DEFAULT 'pending',
    doubt INTEGER NOT NULL DEFAULT 0,
    met INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    failure TEXT NOT NULL DEFAULT '',
    hidden INTEGER NOT NULL DEFAULT 0,
    starred INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    empty INTEGER NOT NULL DEFAULT 0,
    masked INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    unsaid TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT 'nbops',
    metrics TEXT NOT NULL DEFAULT '{}',
    words TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS bodies (
    id TEXT PRIMARY KEY,
    opened TEXT NOT NULL DEFAULT '{}',
    logged TEXT NOT NULL DEFAULT '{}',
    closed TEXT NOT NULL DEFAULT '{}',
    models TEXT NOT NULL DEFAULT '[]',
    tags TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS copies (
    key TEXT PRIMARY KEY,
    runs TEXT NOT NULL DEFAULT '[]',
    tries INTEGER NOT NULL DEFAULT 0,
    facts TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS points (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    time REAL NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS points_run ON points (id, seq);
CREATE INDEX IF NOT EXISTS runs_started ON runs (deleted, hidden, started DESC);
CREATE INDEX IF NOT EXISTS runs_latest ON runs (deleted, started DESC);
CREATE INDEX IF NOT EXISTS runs_notebook ON runs (deleted, hidden, notebook, started DESC);
CREATE INDEX IF NOT EXISTS runs_session ON runs (session, started DESC);
CREATE INDEX IF NOT EXISTS runs_mlflow ON runs (mlflow_run_id);
CREATE INDEX IF NOT EXISTS runs_waiting ON runs (started) WHERE state = 'pending' OR unsaid != '';
CREATE INDEX IF NOT EXISTS runs_open ON runs (session) WHERE status = 'RUNNING';
CREATE INDEX IF NOT EXISTS runs_fingerprint ON runs (fingerprint, started);
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    updated REAL NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);
