import { statusNumbers } from "../../../src/learning/enrolment/status.ts";
import { courses, day, numbers, one, PERSON, paths, type Volume } from "./volume.ts";

/** Everybody's registrations: twenty each, so that each of 200 components has a tenth of the people. */
const PER_PERSON = 20;

/** What a registration stands at, by its place of twenty. */
const STATUS = `CASE WHEN s < 6 THEN 'passed' WHEN s < 10 THEN 'completed' WHEN s < 14 THEN 'booked' WHEN s < 16 THEN 'in_progress'
  WHEN s = 16 THEN 'personal_syllabus' WHEN s = 17 THEN 'waiting_list' WHEN s = 18 THEN 'cancelled' ELSE 'failed' END`;

const SUCCESSFUL = "status IN ('passed', 'completed')";

/** Registrations, what was done on their items, and periods of recertification. */
export function registrationRows({ people, now }: Volume): string[] {
  const completed = `CASE WHEN s < 10 THEN CASE WHEN c <= 10 AND ${one(7)} THEN ${now} - 720 * ${day} ELSE ${now} - (30 + (p * 13 + k) % 600) * ${day} END END`;
  return [
    `INSERT INTO registrations (client_id, component_id, person_id, status, booked_at, started_at, completed_at, cancelled_at, due_on,
        progress_pct, current_level, level_structure_version, created_at, updated_at)
      WITH ${numbers("person", "p", people)}, ${numbers("place", "k", PER_PERSON - 1, 0)},
        made AS (SELECT p, k, c, CASE WHEN c <= 10 AND ${one(9)} THEN 0 ELSE (p + k) % 20 END AS s FROM (SELECT p, k, 1 + (p * 7 + k * 10) % 200 AS c FROM person CROSS JOIN place))
      SELECT 1, c, p, ${STATUS}, ${now} - 650 * ${day}, CASE WHEN s < 10 OR s IN (14, 15) THEN ${now} - 640 * ${day} END, ${completed},
        CASE WHEN s = 18 THEN ${now} - 100 * ${day} END, CASE WHEN s BETWEEN 10 AND 15 THEN '2026-08-01' END,
        CASE WHEN ${one(21)} THEN NULL WHEN s < 10 THEN 100 WHEN s IN (14, 15) THEN CASE WHEN c BETWEEN 101 AND 140 THEN 50 ELSE 0 END ELSE 0 END,
        CASE WHEN c BETWEEN 101 AND 120 THEN CASE WHEN s < 10 OR s IN (14, 15) THEN 2 ELSE 1 END END,
        CASE WHEN c BETWEEN 101 AND 120 THEN 1 END, ${now}, ${now}
      FROM made WHERE NOT (c <= 20 AND ${one(3)}) AND NOT (c BETWEEN 181 AND 190 AND ${one(7)})`,
    // Prerequisites as the last night left them; of one person in a hundred it has not heard yet.
    `UPDATE registrations SET prerequisite_checked_at = ${now} - ${day}, prerequisite_status = CASE WHEN ${one(9, "person_id")} THEN 'not_met'
        WHEN EXISTS (SELECT 1 FROM registrations AS base WHERE base.client_id = 1 AND base.person_id = registrations.person_id
          AND base.component_id = registrations.component_id - 190 AND base.${SUCCESSFUL}) THEN 'met' ELSE 'not_met' END
      WHERE client_id = 1 AND component_id BETWEEN 191 AND 200`,
    `INSERT INTO item_progress (client_id, registration_id, item_id, status, first_at, last_at, completed_at, created_at, updated_at)
      SELECT 1, registration.id, item.id, 'completed', ${now} - 640 * ${day}, coalesce(registration.completed_at, ${now} - 10 * ${day}),
        coalesce(registration.completed_at, ${now} - 10 * ${day}), 0, 0
      FROM registrations AS registration JOIN syllabus_items AS item ON item.client_id = 1 AND item.component_id = registration.component_id
      WHERE item.kind = 'media' AND (registration.${SUCCESSFUL} OR (registration.status = 'in_progress' AND registration.component_id > 100
        AND (item.id % 10 = 3 OR registration.person_id / 10 % 10 = 3)))`,
    `INSERT INTO recert_periods (client_id, registration_id, section_id, cycle_no, start_on, due_on, end_on, state, achieved_on, created_at, updated_at)
      SELECT 1, registration.id, section.id, 1, section.start_on, date(section.start_on, section.due_days || ' days'),
        date(section.start_on, section.end_days || ' days'),
        CASE WHEN section.start_on > '2026-02-28' THEN 'pending' WHEN registration.${SUCCESSFUL} AND section.component_id <= 135 THEN 'achieved'
          WHEN section.start_on < '2026-01-01' THEN 'ended' ELSE 'open' END,
        CASE WHEN registration.${SUCCESSFUL} AND section.component_id BETWEEN 131 AND 135 THEN date(section.start_on, '5 days') END, 0, 0
      FROM recert_sections AS section JOIN registrations AS registration ON registration.client_id = 1
        AND registration.component_id = section.component_id
      WHERE registration.status IN ('booked', 'in_progress', 'passed', 'completed')`,
  ];
}

/** Components with their items, meta values, rules and sections. */
export function componentRows({ now }: Volume): string[] {
  return [
    `INSERT INTO media (id, client_id, kind, title, created_at, updated_at)
      WITH ${numbers("n", "i", paths.last)} SELECT i, 1, 'scorm2004', 'Package ' || i, 0, 0 FROM n`,
    `INSERT INTO certificates (id, client_id, kind, name, created_at, updated_at) VALUES (1, 1, 'component', 'Certificate', 0, 0)`,
    `INSERT INTO components (id, client_id, kind, title, planning_status, date_dependent, start_at, end_at, waiting_list, path_mode,
        structure_version, template_id, prerequisites, refresher_component_id, refresh_after_months, certificate_id, created_at, updated_at)
      WITH ${numbers("n", "i", 200)}
      SELECT i, 1, CASE WHEN i BETWEEN 101 AND 140 THEN 'learning_path' WHEN i BETWEEN 141 AND 160 THEN 'template' ELSE 'course' END,
        'Component ' || i, CASE WHEN i = 41 THEN 'cancelled' ELSE 'released' END, i BETWEEN 21 AND 60,
        CASE WHEN i = 21 THEN ${now} - ${day} WHEN i = 42 THEN ${now} + 3 * ${day} WHEN i = 43 THEN ${now} - 2 * ${day} WHEN i BETWEEN 22 AND 60 THEN ${now} + 200 * ${day} END,
        CASE WHEN i = 43 THEN ${now} - ${day} WHEN i BETWEEN 21 AND 60 THEN ${now} + 201 * ${day} END, i BETWEEN 21 AND 60,
        CASE WHEN i BETWEEN 101 AND 120 THEN 'level' WHEN i BETWEEN 121 AND 140 THEN 'content' END, 1 + (i = 101),
        NULL, CASE WHEN i > 190 THEN json_object('component', i - 190, 'status', json('["passed", "completed"]')) END,
        NULL, NULL, CASE WHEN i BETWEEN 61 AND 70 THEN 1 END, 0, 0 FROM n`,
    `UPDATE components SET template_id = id - 20 WHERE id BETWEEN 161 AND 180`,
    `UPDATE components SET refresher_component_id = id + 180, refresh_after_months = 24 WHERE id <= 10`,
    `INSERT INTO syllabus_items (id, client_id, component_id, parent_id, kind, title, media_id, media_version, position, level_no, added_at,
        display_from_at, visible, created_at, updated_at)
      WITH ${numbers("n", "i", paths.last)}, ${numbers("place", "k", 4)}
      SELECT i * 10 + k, 1, i, CASE WHEN i < ${paths.first} OR k < 3 THEN NULL WHEN i <= 120 THEN i * 10 + k - 2 ELSE i * 10 + 1 END,
        CASE WHEN k < 3 THEN 'folder' ELSE 'media' END, 'Item ' || k, CASE WHEN k < 3 THEN NULL ELSE i END, CASE WHEN k < 3 THEN NULL ELSE 1 END, k,
        CASE WHEN i BETWEEN 101 AND 120 AND k < 3 THEN k END, 0,
        CASE WHEN i = 122 AND k = 4 THEN ${now} - ${day} WHEN i BETWEEN 123 AND 140 AND k = 4 THEN ${now} + 90 * ${day} END, i <> 122 OR k <> 4, 0, 0
      FROM n CROSS JOIN place WHERE (i >= ${paths.first} OR k = 3) AND NOT (i > 120 AND k = 2)`,
    `INSERT INTO recert_sections (id, client_id, component_id, folder_item_id, section_no, start_mode, start_on, due_days, end_days, created_at, updated_at)
      WITH ${numbers("n", "i", paths.last, 121)}
      SELECT i, 1, i, i * 10 + 1, 1, 'fixed', CASE WHEN i < 130 THEN '2026-06-01' WHEN i = 130 THEN '2026-03-01' WHEN i <= 135 THEN '2025-01-15' ELSE '2026-02-01' END,
        60, 90, 0, 0 FROM n`,
    `INSERT INTO meta_values (client_id, component_id, meta_tag_id, value)
      WITH ${numbers("n", "i", 200)}
      SELECT 1, i, 11814, 'progress' FROM n WHERE i BETWEEN ${paths.first} AND ${paths.last}
      UNION ALL SELECT 1, i, 11801, '1' FROM n WHERE i > 190 UNION ALL SELECT 1, i, 12703, '2026-03-01' FROM n WHERE i = 191 UNION ALL SELECT 1, i, 11813, '1' FROM n WHERE i <= 20
      UNION ALL SELECT 1, i, 11816, '1' FROM n WHERE i BETWEEN 21 AND 40 UNION ALL SELECT 1, i, 900002, '7' FROM n WHERE i BETWEEN 42 AND 60`,
    `INSERT INTO enrolment_rules (id, client_id, component_id, group_id, enrolment_status, days_to_finish, first_run_at, created_at, updated_at)
      WITH ${numbers("n", "i", courses.ruled)} SELECT i, 1, i, i, 'booked', 30, ${now} - 30 * ${day}, 0, 0 FROM n`,
    // The last of ten rules was changed since it was computed.
    `INSERT INTO equivalence_rules (id, client_id, name, relation, triggers, target_component_id, version, computed_version, created_at, updated_at)
      WITH ${numbers("n", "i", 10)} SELECT i, 1, 'Rule ' || i, 'covers', json_array(json_array(70 + i)), 80 + i, 1 + (i = 10), 1, 0, 0 FROM n`,
    `INSERT INTO certifications (id, client_id, name, format, required_amount, duration_months, created_at, updated_at)
      VALUES (1, 1, 'Certification', 'points', 100, 12, 0, 0)`,
    `INSERT INTO certification_links (client_id, certification_id, component_id, amount, created_at, updated_at)
      WITH ${numbers("n", "i", 100, 91)} SELECT 1, 1, i, 10, 0, 0 FROM n`,
    `INSERT INTO skills (id, client_id, name, max_level, auto_expire, created_at, updated_at) VALUES (1, 1, 'Skill 1', 3, 1, 0, 0), (2, 1, 'Skill 2', 3, 0, 0, 0)`,
  ];
}

/** Skills, certifications and certificates that people hold, previews, submissions, and the last changes. */
export function heldRows({ people, now }: Volume): string[] {
  const everybody = `WITH ${numbers("person", "p", people)}`;
  return [
    `INSERT INTO skill_achievements (client_id, person_id, skill_id, level, achieved_on, expires_on, source_ref, created_at, updated_at)
      ${everybody} SELECT 1, p, skill.id, 2, '2025-02-01', CASE WHEN ${one(17)} AND skill.id = 2 THEN '2026-03-01' ELSE '2027-02-01' END, 'seed', 0, 0
      FROM person CROSS JOIN skills AS skill`,
    `INSERT INTO person_skills (client_id, person_id, skill_id, current_level, valid_until_on, display_state, created_at, updated_at)
      SELECT 1, person_id, skill_id, 2, expires_on, 'held', 0, 0 FROM skill_achievements`,
    `UPDATE person_skills SET display_state = 'expired', current_level = 0, valid_until_on = '2026-02-01' WHERE skill_id = 1 AND ${one(19, "person_id")}`,
    `UPDATE skill_achievements SET state = 'expired', expires_on = '2026-02-01' WHERE skill_id = 1 AND ${one(19, "person_id")}`,
    `INSERT INTO person_certifications (client_id, person_id, certification_id, period_no, start_on, end_on, created_at, updated_at)
      ${everybody} SELECT 1, p, 1, 1, CASE WHEN ${one(23)} THEN '2025-03-02' ELSE '2025-08-01' END, CASE WHEN ${one(23)} THEN '2026-03-01' ELSE '2026-07-31' END, 0, 0 FROM person`,
    `INSERT INTO files (id, client_id, key, kind, size, state, stored_at, created_at, updated_at)
      SELECT id, 1, 'c/1/data/certificate/job/' || id || '.pdf', 'certificate', 30000, 'ready', completed_at, 0, 0 FROM registrations
      WHERE client_id = 1 AND component_id BETWEEN 61 AND 70 AND ${SUCCESSFUL} AND NOT ${one(29, "person_id")}`,
    `INSERT INTO issued_certificates (client_id, registration_id, certificate_id, major_version, status_number, person_id, component_id, title,
        verification_code, issued_on, file_id, created_at, updated_at)
      SELECT 1, registration.id, 1, 1, CASE registration.status WHEN 'completed' THEN ${statusNumbers.completed} ELSE ${statusNumbers.passed} END, person_id, component_id, 'Title', 'CODE' || registration.id, date(completed_at / 1000, 'unixepoch'), file.id, 0, 0
      FROM files AS file JOIN registrations AS registration ON registration.id = file.id`,
    `INSERT INTO component_preview_log (client_id, component_id, person_id, role, last_updated_at, created_at, updated_at)
      ${everybody} SELECT 1, 1, p, 'tutor', CASE WHEN ${one(31)} THEN ${now} - 400 * ${day} ELSE ${now} END, 0, 0 FROM person`,
    `INSERT INTO attempts (client_id, person_id, media_id, started_at, ended_at, is_preview, created_at, updated_at)
      ${everybody} SELECT 1, p, 1, CASE WHEN ${one(31)} THEN ${now} - 400 * ${day} ELSE ${now} END, NULL, 1, 0, 0 FROM person`,
    `INSERT INTO exercise_submissions (client_id, component_id, item_id, team_group_id, submitted_at, result, correction_state, publish_at, published_at, created_at, updated_at)
      ${everybody} SELECT 1, 30, 303, CASE WHEN ${one(33)} THEN 301 ELSE 1 + p % 20 END, 0, 'passed', CASE WHEN ${one(33)} THEN 'ready' ELSE 'published' END, ${now} - ${day}, CASE WHEN ${one(33)} THEN NULL ELSE ${now} END, 0, 0 FROM person`,
    `INSERT INTO index_changes (client_id, entity, entity_id, op, at)
      SELECT 1, 'registration', id, 'upsert', ${now} - 3600000 FROM registrations WHERE client_id = 1 AND id % 100 = 0
      UNION ALL SELECT 1, 'person', id, 'upsert', ${now} - 3600000 FROM persons WHERE client_id = 1 AND ${one(41, "id")}`,
    `INSERT INTO processor_state (processor, client_id, node_id, key, value)
      VALUES ('ProgrammeCurriculumLevelStatusUpdateJob', 1, '', 'watermark', '0')`,
  ];
}

/** People, their groups, sessions and nonces. */
export function peopleRows({ people, now }: Volume): string[] {
  const everybody = `WITH ${numbers("person", "p", people)}`;
  return [
    `INSERT INTO persons (${PERSON}) ${everybody}
      SELECT p, 1, 'user' || p, 'user' || p, 'Given', 'Family' || p, 'user' || p || '@example.com', CASE WHEN ${one(11)} THEN 'passive' ELSE 'active' END,
        CASE WHEN ${one(11)} THEN 'unused' END, json_object('site', 's' || ((p + ${one(25)}) % 20)), '2020-01-01',
        CASE WHEN ${one(27)} THEN '2026-03-02' WHEN p % 10 = 5 THEN '2026-09-30' END, CASE WHEN p % 2000 = 35 THEN '2026-03-01' END,
        'x', CASE WHEN ${one(37)} THEN ${now} - 100 * ${day} ELSE ${now} - 20 * ${day} END, ${now}, 0, 0 FROM person`,
    `INSERT INTO groups (id, client_id, kind, name, created_at, updated_at)
      WITH ${numbers("n", "i", courses.ruled)} SELECT i, 1, 'group', 'Group ' || i, 0, 0 FROM n`,
    `INSERT INTO groups (id, client_id, kind, name, rule, created_at, updated_at)
      WITH ${numbers("n", "i", 19, 0)} SELECT 101 + i, 1, 'target_group', 'Site ' || i, json_object('attr', 'site', 'op', 'in', 'value', json_array('s' || i)), 0, 0 FROM n`,
    `INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      ${everybody}, ${numbers("place", "k", PER_PERSON - 1, 0)}
      SELECT 1, 1 + (p * 7 + k * 10) % 200, p, 'manual', 0, 0, 0 FROM person CROSS JOIN place WHERE (p * 7 + k * 10) % 200 < ${courses.ruled}`,
    `INSERT INTO groups (id, client_id, kind, name, created_at, updated_at) VALUES (301, 1, 'group', 'Team', 0, 0)`,
    `INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      ${everybody} SELECT 1, 301, p, 'manual', 0, 0, 0 FROM person WHERE p % 10 = 7 AND p < 50`,
    `INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      ${everybody} SELECT 1, 101 + p % 20, p, 'rule', 0, 0, 0 FROM person WHERE NOT ${one(11)}`,
    `INSERT INTO person_sessions (client_id, person_id, started_at, last_seen_at, ended_at, created_at, updated_at)
      ${everybody} SELECT 1, p, ${now} - 7200000, ${now} - 60000, CASE WHEN ${one(39)} THEN NULL ELSE ${now} - 60000 END, 0, 0 FROM person`,
    `INSERT INTO license_limits (client_id, metric, max_count, created_at, updated_at)
      VALUES (1, 'named', ${2 * people}, 0, 0), (1, 'active', ${2 * people}, 0, 0), (1, 'concurrent', ${people}, 0, 0)`,
    `INSERT INTO oidc_nonces (client_id, nonce_hash, issuer, issued_at, used_at, expires_at)
      ${everybody} SELECT 1, 'n' || p, 'https://sso.example', ${now}, CASE WHEN ${one(39)} THEN ${now} - 7200000 ELSE ${now} END, ${now} + 600000 FROM person`,
    `INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (1, 'password.validityDays', '90', 0, 0),
      (1, 'equivalences.enabled', 'true', 0, 0), (1, 'certificateExport.deleteAfterDays', '30', 0, 0)`,
  ];
}
