CREATE TABLE IF NOT EXISTS sessions (
    session TEXT PRIMARY KEY,
    offset INTEGER NOT NULL DEFAULT 0,
    damaged INTEGER NOT NULL DEFAULT 0,
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
    notebook TEXT,
    cell TEXT,
    fingerprint TEXT NOT NULL DEFAULT '',
    repeat_of TEXT,
    mlflow_run_id TEXT,
    state TEXT NOT NULL DEFAULT 'pending',
    tries INTEGER NOT NULL DEFAULT 0,
    failure TEXT NOT NULL DEFAULT '',
    hidden INTEGER NOT NULL DEFAULT 0,
    starred INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    renamed TEXT,
    origin TEXT NOT NULL DEFAULT 'nbops',
    opened TEXT NOT NULL DEFAULT '{}',
    logged TEXT NOT NULL DEFAULT '[]',
    closed TEXT,
    models TEXT NOT NULL DEFAULT '[]',
    tags TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS runs_started ON runs (deleted, hidden, started DESC);
CREATE INDEX IF NOT EXISTS runs_cell ON runs (cell, started DESC);
CREATE INDEX IF NOT EXISTS runs_pending ON runs (state, started);
CREATE INDEX IF NOT EXISTS runs_fingerprint ON runs (fingerprint, started);
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    updated REAL NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);
