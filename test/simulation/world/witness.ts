/**
 * What the auditor sees of a history: tables and triggers of its own, written by SQLite in the very transaction of what they
 * record. `present_*()` say who is at the database.
 */
export const storeWitness = `
CREATE TABLE sim_writes (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, client_id INTEGER NOT NULL, unit TEXT NOT NULL CHECK (unit <> 'bad'));
CREATE TABLE sim_work (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL, made_at INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE INDEX sim_work_open ON sim_work (client_id, done);
CREATE TABLE seen_leases (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, lease INTEGER NOT NULL, actor INTEGER NOT NULL);
CREATE INDEX seen_leases_run ON seen_leases (run_id, id);
CREATE TABLE seen_writes (run_id INTEGER NOT NULL, unit TEXT NOT NULL, actor INTEGER NOT NULL, holder INTEGER, instant INTEGER NOT NULL);
CREATE TRIGGER see_open AFTER INSERT ON checkpoints BEGIN
  INSERT INTO seen_leases (run_id, lease, actor) VALUES (NEW.run_id, NEW.lease, present_actor());
END;
CREATE TRIGGER see_take_over AFTER UPDATE OF lease ON checkpoints BEGIN
  INSERT INTO seen_leases (run_id, lease, actor) VALUES (NEW.run_id, NEW.lease, present_actor());
END;
CREATE TRIGGER see_write AFTER INSERT ON sim_writes BEGIN
  INSERT INTO seen_writes VALUES (NEW.run_id, NEW.unit, present_actor(),
    (SELECT actor FROM seen_leases WHERE run_id = NEW.run_id ORDER BY id DESC LIMIT 1), present_instant());
END;`;

export const controlWitness = `
CREATE TABLE sim_before (processor TEXT NOT NULL, earlier TEXT NOT NULL);
CREATE TABLE seen_epochs (id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, client_id INTEGER NOT NULL, cron TEXT, next_at INTEGER,
  clock INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0);
CREATE INDEX seen_epochs_key ON seen_epochs (job_id, client_id, id);
CREATE TABLE seen_moves (id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, old_next INTEGER, next_at INTEGER, fated_at INTEGER);
CREATE TABLE seen_fates (id INTEGER PRIMARY KEY, epoch INTEGER, run_id INTEGER NOT NULL, scheduled_at INTEGER NOT NULL, until_at INTEGER,
  occurrences INTEGER NOT NULL, grown INTEGER NOT NULL);
CREATE TABLE seen_states (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, old TEXT, new TEXT NOT NULL, reason TEXT, started_before INTEGER,
  clock INTEGER NOT NULL, looked_at INTEGER NOT NULL, instant INTEGER NOT NULL, actor INTEGER NOT NULL);
CREATE INDEX seen_states_run ON seen_states (run_id, id);
CREATE TABLE seen_company (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, other_id INTEGER NOT NULL, kind TEXT NOT NULL);
CREATE TABLE seen_closing (run_id INTEGER PRIMARY KEY, closing INTEGER NOT NULL, instant INTEGER NOT NULL);
CREATE TABLE seen_permits (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, granted INTEGER NOT NULL, held INTEGER NOT NULL, believed INTEGER NOT NULL, instant INTEGER NOT NULL);
CREATE TRIGGER see_new_trigger AFTER INSERT ON triggers BEGIN
  INSERT INTO seen_epochs (job_id, client_id, cron, next_at, clock)
    VALUES (NEW.job_id, NEW.client_id, (SELECT cron FROM jobs WHERE id = NEW.job_id), NEW.next_fire_at, NEW.last_fated_at);
END;
CREATE TRIGGER see_aligned AFTER UPDATE OF next_fire_at ON triggers WHEN NEW.revision <> OLD.revision BEGIN
  INSERT INTO seen_epochs (job_id, client_id, cron, next_at, clock)
    VALUES (NEW.job_id, NEW.client_id, (SELECT cron FROM jobs WHERE id = NEW.job_id), NEW.next_fire_at, NEW.last_fated_at);
END;
CREATE TRIGGER see_moved AFTER UPDATE OF next_fire_at ON triggers WHEN NEW.revision = OLD.revision BEGIN
  INSERT INTO seen_moves (epoch, old_next, next_at, fated_at) VALUES (
    (SELECT max(id) FROM seen_epochs WHERE job_id = NEW.job_id AND client_id = NEW.client_id), OLD.next_fire_at, NEW.next_fire_at, NEW.last_fated_at);
END;
CREATE TRIGGER see_no_trigger AFTER DELETE ON triggers BEGIN
  -- The same batch has just stopped the client or changed the job, at the instant up to which everything has its fate.
  INSERT INTO seen_epochs (job_id, client_id, cron, next_at, clock, ended) SELECT OLD.job_id, OLD.client_id, NULL, NULL,
    CASE c.status WHEN 'active' THEN j.updated_at ELSE c.updated_at END, 1
    FROM jobs j, clients c WHERE j.id = OLD.job_id AND c.id = OLD.client_id;
END;
CREATE TRIGGER see_new_run AFTER INSERT ON runs BEGIN
  INSERT INTO seen_states (run_id, old, new, reason, started_before, clock, looked_at, instant, actor)
    VALUES (NEW.id, NULL, NEW.state, NEW.reason, NULL, present_clock(), present_lookedat(), present_instant(), present_actor());
  INSERT INTO seen_fates (epoch, run_id, scheduled_at, until_at, occurrences, grown)
    SELECT (SELECT max(id) FROM seen_epochs WHERE job_id = NEW.job_id AND client_id = NEW.client_id), NEW.id, NEW.scheduled_at, NEW.until_at,
      NEW.occurrences, 0 WHERE NEW.kind = 'schedule';
END;
CREATE TABLE seen_ticks (id INTEGER PRIMARY KEY, actor INTEGER NOT NULL, instant INTEGER NOT NULL);
CREATE TRIGGER see_tick AFTER INSERT ON ticks BEGIN
  INSERT INTO seen_ticks (actor, instant) VALUES (present_actor(), present_instant());
END;
-- What a group answered for each of its members, and what spoke against a quiet answer since the tick had begun.
CREATE TABLE seen_looks (id INTEGER PRIMARY KEY, epoch INTEGER, job_id INTEGER NOT NULL, client_id INTEGER NOT NULL, group_id INTEGER NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, offset_ms INTEGER NOT NULL, runs INTEGER NOT NULL, stood INTEGER NOT NULL,
  work INTEGER NOT NULL, instant INTEGER NOT NULL, clock INTEGER NOT NULL, actor INTEGER NOT NULL, exception TEXT);
CREATE TRIGGER see_look AFTER UPDATE OF last_fated_at ON quiet_groups WHEN NEW.last_fated_at IS NOT OLD.last_fated_at BEGIN
  INSERT INTO seen_moves (epoch, old_next, next_at, fated_at)
    SELECT (SELECT max(id) FROM seen_epochs WHERE job_id = t.job_id AND client_id = t.client_id), NULL, NULL, NEW.last_fated_at
    FROM triggers t WHERE t.quiet_group_id = NEW.id AND t.quiet_from <= NEW.last_fated_at;
  INSERT INTO seen_looks (epoch, job_id, client_id, group_id, first_at, last_at, offset_ms, runs, stood, work, instant, clock, actor, exception)
    SELECT (SELECT max(id) FROM seen_epochs WHERE job_id = t.job_id AND client_id = t.client_id), t.job_id, t.client_id, NEW.id,
      max(OLD.next_fire_at, t.quiet_from), NEW.last_fated_at, NEW.offset_ms,
      (SELECT count(*) FROM runs r WHERE r.job_id = t.job_id AND r.client_id = t.client_id AND r.kind = 'schedule'
        AND r.scheduled_at BETWEEN max(OLD.next_fire_at, t.quiet_from) AND NEW.last_fated_at
        AND (SELECT s.actor FROM seen_states s WHERE s.run_id = r.id ORDER BY s.id LIMIT 1) = present_actor()),
      (SELECT count(*) FROM runs r WHERE r.job_id = t.job_id AND r.client_id = t.client_id AND r.kind = 'schedule'
        AND r.scheduled_at BETWEEN max(OLD.next_fire_at, t.quiet_from) AND NEW.last_fated_at
        AND (SELECT s.actor FROM seen_states s WHERE s.run_id = r.id ORDER BY s.id LIMIT 1) <> present_actor()),
      (SELECT count(*) FROM sim_work w WHERE w.client_id = t.client_id AND w.done = 0 AND w.made_at <= NEW.last_fated_at),
      present_instant(), present_clock(), present_actor(),
      CASE WHEN EXISTS (SELECT 1 FROM runs r WHERE r.job_id = t.job_id AND r.client_id = t.client_id AND r.ended_at IS NULL
          AND (SELECT min(s.instant) FROM seen_states s WHERE s.run_id = r.id) < k.instant
          AND r.scheduled_at NOT BETWEEN OLD.next_fire_at AND NEW.last_fated_at) THEN 'an open run'
        WHEN EXISTS (SELECT 1 FROM job_stats s WHERE s.job_id = t.job_id AND s.client_id = t.client_id AND s.failures_in_a_row > 0
          AND s.last_ended_at < k.instant) THEN 'a failure'
        WHEN EXISTS (SELECT 1 FROM jobs f WHERE f.after_job_id = t.job_id AND f.active = 1 AND f.deleted_at IS NULL AND f.updated_at < k.instant)
          THEN 'a job that follows'
        WHEN t.paused_until > OLD.next_fire_at THEN 'a pause'
        WHEN EXISTS (SELECT 1 FROM blackouts b WHERE b.client_id IN (0, t.client_id) AND b.created_at < k.instant
          AND b.starts_at <= OLD.next_fire_at AND b.ends_at > OLD.next_fire_at) THEN 'a blackout'
        WHEN EXISTS (SELECT 1 FROM settings WHERE client_id = 0 AND key = 'stopped' AND value ->> 'at' <= OLD.next_fire_at
          AND created_at < k.instant) THEN 'a stop'
        WHEN (SELECT database_url FROM clients WHERE id = t.client_id) IS NOT NULL THEN 'a database of its own' END
    FROM triggers t, (SELECT min(instant) AS instant FROM seen_ticks WHERE actor = present_actor()) k
    WHERE t.quiet_group_id = NEW.id AND t.quiet_from <= NEW.last_fated_at;
END;
CREATE TABLE seen_missed_early (run_id INTEGER NOT NULL, last INTEGER NOT NULL, instant INTEGER NOT NULL, actor INTEGER NOT NULL);
CREATE TRIGGER see_missed_early AFTER INSERT ON runs WHEN NEW.reason IN ('misfire', 'dropped') AND present_admin() = 0
  AND coalesce(NEW.until_at, NEW.scheduled_at) > present_instant() BEGIN
  INSERT INTO seen_missed_early VALUES (NEW.id, coalesce(NEW.until_at, NEW.scheduled_at), present_instant(), present_actor());
END;
CREATE TRIGGER see_grown AFTER UPDATE OF occurrences ON runs BEGIN
  INSERT INTO seen_fates (epoch, run_id, scheduled_at, until_at, occurrences, grown)
    VALUES ((SELECT max(id) FROM seen_epochs WHERE job_id = NEW.job_id AND client_id = NEW.client_id), NEW.id, NEW.scheduled_at, NEW.until_at,
      NEW.occurrences - OLD.occurrences, 1);
END;
CREATE TRIGGER see_state AFTER UPDATE OF state ON runs BEGIN
  INSERT INTO seen_states (run_id, old, new, reason, started_before, clock, looked_at, instant, actor)
    VALUES (NEW.id, OLD.state, NEW.state, NEW.reason, OLD.started_at, present_clock(), present_lookedat(), present_instant(), present_actor());
END;
CREATE TABLE seen_strangers (run_id INTEGER NOT NULL, client_id INTEGER NOT NULL);
CREATE TRIGGER see_stranger AFTER UPDATE ON runs WHEN present_client() NOT IN (0, NEW.client_id) BEGIN
  INSERT INTO seen_strangers VALUES (NEW.id, present_client());
END;
CREATE TRIGGER see_new_stranger AFTER INSERT ON runs WHEN present_client() NOT IN (0, NEW.client_id) BEGIN
  INSERT INTO seen_strangers VALUES (NEW.id, present_client());
END;
CREATE TRIGGER see_withdrawn BEFORE DELETE ON runs BEGIN
  INSERT INTO seen_states (run_id, old, new, reason, started_before, clock, looked_at, instant, actor)
    VALUES (OLD.id, OLD.state, 'withdrawn', NULL, OLD.started_at, present_clock(), present_lookedat(), present_instant(), present_actor());
END;
CREATE TRIGGER see_closing AFTER UPDATE OF state ON runs WHEN NEW.state = 'running' AND OLD.state <> 'running' BEGIN
  INSERT OR REPLACE INTO seen_closing VALUES (NEW.id, NEW.cancel_requested_at IS NOT NULL, present_instant());
END;
CREATE TRIGGER see_company AFTER UPDATE OF state ON runs WHEN NEW.state = 'running' AND OLD.state <> 'running' AND NEW.cancel_requested_at IS NULL BEGIN
  INSERT INTO seen_company (run_id, other_id, kind)
    SELECT NEW.id, id, CASE WHEN load = 'heavy' AND NEW.load = 'heavy' THEN 'heavy' WHEN job_id = NEW.job_id THEN 'job' ELSE 'processor' END
    FROM runs WHERE client_id = NEW.client_id AND state = 'running' AND id <> NEW.id
      AND NOT EXISTS (SELECT 1 FROM seen_closing WHERE run_id = runs.id AND closing)
      AND (job_id = NEW.job_id AND node_id = NEW.node_id OR processor = NEW.processor OR load = 'heavy' AND NEW.load = 'heavy');
  INSERT INTO seen_company (run_id, other_id, kind) SELECT NEW.id, other.id, 'order' FROM runs other
    WHERE OLD.started_at IS NULL AND NEW.kind <> 'manual' AND EXISTS (SELECT 1 FROM sim_before WHERE processor = NEW.processor) AND other.client_id = NEW.client_id AND other.id <> NEW.id AND other.dry_run = 0
      AND NOT (other.state = 'running' AND EXISTS (SELECT 1 FROM seen_closing WHERE run_id = other.id AND closing))
      AND other.state IN ('planned', 'queued', 'waiting', 'running') AND other.due_at <= present_lookedat() AND (SELECT min(instant) FROM seen_states WHERE run_id = other.id) < present_lookedinstant()
      AND other.processor IN (SELECT earlier FROM sim_before WHERE processor = NEW.processor)
      -- It waits for an hour; the answer to its look may have come slowly, and it is judged by the clock of then.
      AND max(present_lookedat(), present_clock()) < NEW.due_at + 3600000
      -- Of one job only a number of runs is looked at; those behind them wait for their turn.
      AND (SELECT count(*) FROM runs ahead WHERE ahead.job_id = other.job_id AND ahead.client_id = other.client_id AND ahead.due_at < other.due_at
        AND (ahead.ended_at IS NULL OR EXISTS (SELECT 1 FROM seen_states WHERE run_id = ahead.id AND instant >= present_lookedinstant()))) < 20
      AND instr(present_missing(), other.processor) = 0 AND (NEW.kind = 'backfill' OR other.kind <> 'backfill' OR other.state = 'running');
END;
CREATE TRIGGER see_permit AFTER UPDATE OF expires_at ON heavy_permits WHEN NEW.expires_at IS NOT NULL BEGIN
  INSERT INTO seen_permits (run_id, granted, held, believed, instant) SELECT NEW.run_id, coalesce(OLD.expires_at, 0) <= NEW.expires_at - 60000,
    (SELECT count(*) FROM heavy_permits held WHERE held.pool = NEW.pool AND held.expires_at > present_clock()),
    (SELECT count(*) FROM heavy_permits held WHERE held.pool = NEW.pool AND held.expires_at > NEW.expires_at - 60000), present_instant();
END;`;
