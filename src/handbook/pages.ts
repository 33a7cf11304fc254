// biome-ignore-all format: written by `npm run handbook` from the Markdown files beside it
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: examples quote SQL templates
import type { HandbookPage } from "./page.ts";

/** Every page, in the order in which links reach them from the first. */
export const pages: readonly HandbookPage[] = [
 {
  "path": "",
  "title": "Handbook",
  "html": "<p>The handbook has three parts, one for each kind of reader. The developers' part is written; the other two say what will stand in them\nand where to look until then.</p>\n<ul>\n<li><a href=\"/handbook/administrators\">For administrators</a>: you look after jobs, runs, files and clients.</li>\n<li><a href=\"/handbook/operators\">For operators</a>: you deploy Minutehand and keep it running.</li>\n<li><a href=\"/handbook/developers\">For developers</a>: you change Minutehand or add a processor to it.</li>\n</ul>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "Handbook",
    "text": "The handbook has three parts, one for each kind of reader. The developers' part is written; the other two say what will stand in them and where to look until then.\nFor administrators: you look after jobs, runs, files and clients.\nFor operators: you deploy Minutehand and keep it running.\nFor developers: you change Minutehand or add a processor to it."
   }
  ]
 },
 {
  "path": "administrators",
  "title": "For administrators",
  "html": "<ul>\n<li><a href=\"/handbook/administrators/manager\">The manager</a>: jobs, starting, plan, runs, navigation, roles.</li>\n<li><a href=\"/handbook/administrators/processors\">The processors</a>: what each of them does, and what it leaves alone.</li>\n</ul>\n<p>Each page's tasks in detail, Quartz expressions and the import from other systems are not described yet. Until then:</p>\n<ul>\n<li><strong>Processors</strong>, in the navigation, lists each processor of this release: what it does, its parameters, its counts and its suggested time.</li>\n<li>The form of a job explains its schedule in words and lists the next ten fires before you save.</li>\n<li>The page of a run names each row that failed, why it failed, and what to do.</li>\n<li>The <a href=\"/handbook/developers/words\">words</a> that the pages use (job, trigger, run, fate, dry run) are explained in the developers' part.</li>\n<li><a href=\"/handbook/developers/states\">States of a run</a> explains what each state means and which state can follow it.</li>\n</ul>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "For administrators",
    "text": "The manager: jobs, starting, plan, runs, navigation, roles.\nThe processors: what each of them does, and what it leaves alone.\nEach page's tasks in detail, Quartz expressions and the import from other systems are not described yet. Until then:\nProcessors, in the navigation, lists each processor of this release: what it does, its parameters, its counts and its suggested time.\nThe form of a job explains its schedule in words and lists the next ten fires before you save.\nThe page of a run names each row that failed, why it failed, and what to do.\nThe words that the pages use (job, trigger, run, fate, dry run) are explained in the developers' part.\nStates of a run explains what each state means and which state can follow it."
   }
  ]
 },
 {
  "path": "administrators/manager",
  "title": "The manager",
  "html": "<p>What the pages offer, and the rules behind them. Everything on a page can be done through the API too.</p>\n<h2 id=\"jobs\">Jobs</h2>\n<p>The list shows each job's processor, client, schedule in words, zone, last run and next run. A job is created by choosing a processor; its suggested schedule and\nparameters are filled in, and the same processor can be chosen again. Saving computes the next fire anew. Deleting keeps the job's runs, and is refused while one of them is running. A job without\na schedule is manual.</p>\n<h2 id=\"starting-by-hand\">Starting by hand</h2>\n<p>A start works at once and leaves the schedule as it is. It can be limited to one client, and can name a day to work for. Processors that delete or cost much ask for a confirmation.</p>\n<h2 id=\"plan-and-warnings\">Plan and warnings</h2>\n<p>Heavy jobs of a client that fire within 15 minutes of each other get a warning (the next 20 fires are compared), and so does an order that contradicts what a processor should run behind. The plan shows a client's next 24 hours.</p>\n<h2 id=\"runs\">Runs</h2>\n<p>Each run shows its beginning and end, what it counted, and what failed. Runs are kept for <code>runRetentionDays</code> (90 by default), and the newest 20 of each job always.</p>\n<h2 id=\"navigation\">Navigation</h2>\n<p>The setting <code>navigation</code> renames, moves or hides entries of the menu. The identifier of the list of jobs is <code>m_jobs</code>. Hiding an entry hides the link, not the page.</p>\n<h2 id=\"roles\">Roles</h2>\n<p>A system administrator sees and changes everything. A client administrator sees the jobs of the own client and, read-only, those for all clients, and may start jobs for the own client.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "The manager",
    "text": "What the pages offer, and the rules behind them. Everything on a page can be done through the API too."
   },
   {
    "anchor": "jobs",
    "heading": "Jobs",
    "text": "The list shows each job's processor, client, schedule in words, zone, last run and next run. A job is created by choosing a processor; its suggested schedule and parameters are filled in, and the same processor can be chosen again. Saving computes the next fire anew. Deleting keeps the job's runs, and is refused while one of them is running. A job without a schedule is manual."
   },
   {
    "anchor": "starting-by-hand",
    "heading": "Starting by hand",
    "text": "A start works at once and leaves the schedule as it is. It can be limited to one client, and can name a day to work for. Processors that delete or cost much ask for a confirmation."
   },
   {
    "anchor": "plan-and-warnings",
    "heading": "Plan and warnings",
    "text": "Heavy jobs of a client that fire within 15 minutes of each other get a warning (the next 20 fires are compared), and so does an order that contradicts what a processor should run behind. The plan shows a client's next 24 hours."
   },
   {
    "anchor": "runs",
    "heading": "Runs",
    "text": "Each run shows its beginning and end, what it counted, and what failed. Runs are kept for runRetentionDays (90 by default), and the newest 20 of each job always."
   },
   {
    "anchor": "navigation",
    "heading": "Navigation",
    "text": "The setting navigation renames, moves or hides entries of the menu. The identifier of the list of jobs is m_jobs. Hiding an entry hides the link, not the page."
   },
   {
    "anchor": "roles",
    "heading": "Roles",
    "text": "A system administrator sees and changes everything. A client administrator sees the jobs of the own client and, read-only, those for all clients, and may start jobs for the own client."
   }
  ]
 },
 {
  "path": "administrators/processors",
  "title": "The processors",
  "html": "<p>What each processor of this release does, and what it leaves alone. Parameters, counts and the suggested time stand on its page in\n<strong>Processors</strong>. What all of them share is described in <a href=\"/handbook/developers/rules\">What all processors share</a>.</p>\n<h2 id=\"userimport\">UserImport</h2>\n<p>Creates and updates people from CSV files. A row belongs to the person with its <code>sourcedId</code>, else once to the one with its username. Names starting with <code>full_</code> are complete lists: people of this source who are missing from one become passive if the job says <code>missing: passive</code>. Two guards\nstand before that: a list that would make more than <code>maxDeactivatePct</code> of the people passive makes nobody passive, and a list that shares too few keys with the people there are is refused. A passive person becomes active again only by what had made the person passive.\nPasswords are stored as hashes. Two people can exchange their usernames in one file.</p>\n<h2 id=\"xmlgroupimport\">XMLGroupImport</h2>\n<p>Imports groups, their memberships and optionally people from IMS Enterprise 1.1 files. It touches groups and memberships of source <code>xml</code> only. A group's parents are set in a second pass; what would close a circle is refused. In mode <code>full</code>, memberships that the file no longer has are removed, at most <code>maxRemovePct</code> of them.</p>\n<h2 id=\"targetgrouppersonassignment\">TargetGroupPersonAssignment</h2>\n<p>Makes the members of each target group those whom its rule names. Memberships of other sources stay. People who enter or leave get the group's commands (job profile, attribute, another group), once, together with the change. A group of at least 20 that would change by more than <code>maxChangePct</code> is left as it is. A group that is switched off is emptied.</p>\n<h2 id=\"deleteusersjob\">DeleteUsersJob</h2>\n<p>Deletes people for good whose day of deletion has passed: anonymised or removed, as the client says. Only rows that belong to the person change; texts of others are never searched and replaced. Where the name still stands in other people's data, the run lists the place. Files go first, the person's own row last.</p>\n<h2 id=\"passwordchangeexpirycheck\">PasswordChangeExpiryCheck</h2>\n<p>People who sign in with a password of Minutehand's have to choose a new one once theirs is older than the setting <code>password.validityDays</code>. Without the setting, or with 0, nothing is done.</p>\n<h2 id=\"participantautomaticregistration\">ParticipantAutomaticRegistration</h2>\n<p>Enrols the members of groups by rules, night after night: it registers candidates, gives registrations on a template one of its courses, starts the next cycle where the rule recertifies, and ends registrations that are long overdue or whose person has left the group. A full course puts people on its waiting list or\nlists them as failed. Prerequisites are noted; where they must be met, nobody is registered before.</p>\n<h2 id=\"cancelinactiveusersjob\">CancelInactiveUsersJob</h2>\n<p>On components with meta tag 11813, cancels open registrations of passive and inactive people, and gives each freed place to the active person who has waited longest.</p>\n<h2 id=\"waitinglistcancellationjob\">WaitingListCancellationJob</h2>\n<p>On components with meta tag 11816, fills free places from the waiting list on the day of the start, and cancels what is left of the list once the component has started. Each person dropped gets one message.</p>\n<h2 id=\"expiredcoursestocompleted\">ExpiredCoursesToCompleted</h2>\n<p>Sets released and fixed components that depend on dates to completed once their end has come. An end at midnight is a date: the whole of that day still belongs to the course. <code>graceDays</code> are days of the calendar in the course's zone.</p>\n<h2 id=\"notification\">Notification</h2>\n<p>Tells participants, supervisors and tutors of what begins, ends, falls due or expires, a number of days before or after, by the client's notification rules. Days on which it did not run are made up for, at most <code>catchUpDays</code>. The same message is never queued twice.</p>\n<h2 id=\"mailmonitorstaggering\">MailMonitorStaggering</h2>\n<p>Sends the mails that wait, the oldest first, a set number in each run. One attempt for each; a mail that failed can be set back by an administrator.</p>\n<h2 id=\"cleanupmailingnotificationmonitor\">CleanUpMailingNotificationMonitor</h2>\n<p>Deletes messages that were queued longer ago than the setting <code>deletionAfterNumberOfDays</code> says, never one that is still to be sent. Without the setting nothing is deleted; a value below 1 is refused.</p>\n<h2 id=\"osreportsubscription\">OSReportSubscription</h2>\n<p>Makes the reports that are subscribed for the day, with each recipient's rights and view, stores the files and mails a link with a token. A report of more than 200,000 rows is cut and says so; more than 50,000 rows come as CSV. Cells that a spreadsheet would take for a formula begin with an apostrophe.</p>\n<h2 id=\"cloudsynchronization\">CloudSynchronization</h2>\n<p>Brings changed texts to every node, a chunk at a time in the order of their version. A node that does not answer fails its own run only.</p>\n<h2 id=\"jobschedulerduplicatecheck\">JobSchedulerDuplicateCheck</h2>\n<p>A net below the locks, every five minutes: it ends one of two runs that must not work side by side, wakes the runner of a run without a sign of life and ends the run after three attempts in vain, computes triggers anew that were left behind, and reports jobs that do the same at the same time.</p>\n<h2 id=\"httprequest\">HttpRequest</h2>\n<p>Sends one request to a client's own system, signed after Standard Webhooks, with the run's id as idempotency key. Secrets come from a connector, never from the parameters. Private addresses are refused unless the operator allows them, and redirects to another host are not followed.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "The processors",
    "text": "What each processor of this release does, and what it leaves alone. Parameters, counts and the suggested time stand on its page in Processors. What all of them share is described in What all processors share."
   },
   {
    "anchor": "userimport",
    "heading": "UserImport",
    "text": "Creates and updates people from CSV files. A row belongs to the person with its sourcedId, else once to the one with its username. Names starting with full_ are complete lists: people of this source who are missing from one become passive if the job says missing: passive. Two guards stand before that: a list that would make more than maxDeactivatePct of the people passive makes nobody passive, and a list that shares too few keys with the people there are is refused. A passive person becomes active again only by what had made the person passive. Passwords are stored as hashes. Two people can exchange their usernames in one file."
   },
   {
    "anchor": "xmlgroupimport",
    "heading": "XMLGroupImport",
    "text": "Imports groups, their memberships and optionally people from IMS Enterprise 1.1 files. It touches groups and memberships of source xml only. A group's parents are set in a second pass; what would close a circle is refused. In mode full, memberships that the file no longer has are removed, at most maxRemovePct of them."
   },
   {
    "anchor": "targetgrouppersonassignment",
    "heading": "TargetGroupPersonAssignment",
    "text": "Makes the members of each target group those whom its rule names. Memberships of other sources stay. People who enter or leave get the group's commands (job profile, attribute, another group), once, together with the change. A group of at least 20 that would change by more than maxChangePct is left as it is. A group that is switched off is emptied."
   },
   {
    "anchor": "deleteusersjob",
    "heading": "DeleteUsersJob",
    "text": "Deletes people for good whose day of deletion has passed: anonymised or removed, as the client says. Only rows that belong to the person change; texts of others are never searched and replaced. Where the name still stands in other people's data, the run lists the place. Files go first, the person's own row last."
   },
   {
    "anchor": "passwordchangeexpirycheck",
    "heading": "PasswordChangeExpiryCheck",
    "text": "People who sign in with a password of Minutehand's have to choose a new one once theirs is older than the setting password.validityDays. Without the setting, or with 0, nothing is done."
   },
   {
    "anchor": "participantautomaticregistration",
    "heading": "ParticipantAutomaticRegistration",
    "text": "Enrols the members of groups by rules, night after night: it registers candidates, gives registrations on a template one of its courses, starts the next cycle where the rule recertifies, and ends registrations that are long overdue or whose person has left the group. A full course puts people on its waiting list or lists them as failed. Prerequisites are noted; where they must be met, nobody is registered before."
   },
   {
    "anchor": "cancelinactiveusersjob",
    "heading": "CancelInactiveUsersJob",
    "text": "On components with meta tag 11813, cancels open registrations of passive and inactive people, and gives each freed place to the active person who has waited longest."
   },
   {
    "anchor": "waitinglistcancellationjob",
    "heading": "WaitingListCancellationJob",
    "text": "On components with meta tag 11816, fills free places from the waiting list on the day of the start, and cancels what is left of the list once the component has started. Each person dropped gets one message."
   },
   {
    "anchor": "expiredcoursestocompleted",
    "heading": "ExpiredCoursesToCompleted",
    "text": "Sets released and fixed components that depend on dates to completed once their end has come. An end at midnight is a date: the whole of that day still belongs to the course. graceDays are days of the calendar in the course's zone."
   },
   {
    "anchor": "notification",
    "heading": "Notification",
    "text": "Tells participants, supervisors and tutors of what begins, ends, falls due or expires, a number of days before or after, by the client's notification rules. Days on which it did not run are made up for, at most catchUpDays. The same message is never queued twice."
   },
   {
    "anchor": "mailmonitorstaggering",
    "heading": "MailMonitorStaggering",
    "text": "Sends the mails that wait, the oldest first, a set number in each run. One attempt for each; a mail that failed can be set back by an administrator."
   },
   {
    "anchor": "cleanupmailingnotificationmonitor",
    "heading": "CleanUpMailingNotificationMonitor",
    "text": "Deletes messages that were queued longer ago than the setting deletionAfterNumberOfDays says, never one that is still to be sent. Without the setting nothing is deleted; a value below 1 is refused."
   },
   {
    "anchor": "osreportsubscription",
    "heading": "OSReportSubscription",
    "text": "Makes the reports that are subscribed for the day, with each recipient's rights and view, stores the files and mails a link with a token. A report of more than 200,000 rows is cut and says so; more than 50,000 rows come as CSV. Cells that a spreadsheet would take for a formula begin with an apostrophe."
   },
   {
    "anchor": "cloudsynchronization",
    "heading": "CloudSynchronization",
    "text": "Brings changed texts to every node, a chunk at a time in the order of their version. A node that does not answer fails its own run only."
   },
   {
    "anchor": "jobschedulerduplicatecheck",
    "heading": "JobSchedulerDuplicateCheck",
    "text": "A net below the locks, every five minutes: it ends one of two runs that must not work side by side, wakes the runner of a run without a sign of life and ends the run after three attempts in vain, computes triggers anew that were left behind, and reports jobs that do the same at the same time."
   },
   {
    "anchor": "httprequest",
    "heading": "HttpRequest",
    "text": "Sends one request to a client's own system, signed after Standard Webhooks, with the run's id as idempotency key. Secrets come from a connector, never from the parameters. Private addresses are refused unless the operator allows them, and redirects to another host are not followed."
   }
  ]
 },
 {
  "path": "developers/rules",
  "title": "What all processors share",
  "html": "<p>These rules hold for every processor. The page of a processor says only what is special about it.</p>\n<h2 id=\"parameters\">Parameters</h2>\n<p>Every processor has <code>chunkSize</code> (1 to 1,000, default 200), <code>maxRows</code> (default: no limit) and <code>maxFailures</code> (default 100). Each adds its own.\nA parameter that the processor does not know is refused when the job is saved. A manual start can name a day to work for; it is not stored\nin the job, and a day in the future is refused.</p>\n<h2 id=\"counts\">Counts</h2>\n<p>Four counts are always there: <code>scanned</code>, <code>changed</code>, <code>skipped</code>, <code>failed</code>. A processor adds names of its own. A run's row keeps the first 100\nfailures with reference, code and message; its log has all of them.</p>\n<h2 id=\"how-a-run-ends\">How a run ends</h2>\n<table>\n<thead>\n<tr>\n<th>State</th>\n<th>When</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>ok</code></td>\n<td>Something was changed, and nothing failed</td>\n</tr>\n<tr>\n<td><code>no_action</code></td>\n<td>Nothing had to be done, or the feature is not configured</td>\n</tr>\n<tr>\n<td><code>partial</code></td>\n<td>At least one row failed, or the run stopped at <code>maxRows</code></td>\n</tr>\n<tr>\n<td><code>failed</code></td>\n<td>The run was ended by a fault. What was committed before stays</td>\n</tr>\n<tr>\n<td><code>cancelled</code></td>\n<td>Somebody cancelled it, or its job's overlap policy did</td>\n</tr>\n</tbody>\n</table>\n<p>A crash is not an end: the run is taken up again from its checkpoint. After <code>maxRows</code> the next run goes on behind the last row, and behind\nthe end it starts anew, so that several such runs work through everything.</p>\n<h2 id=\"failures\">Failures</h2>\n<p>A row's failure is <em>expected</em> if the processor recognised it: a bad cell, an unknown person, a full course, a missing address. Any number of\nthem ends no run. It is <em>unexpected</em> if the database refused the row or building it threw; more than <code>maxFailures</code> of these end the run.</p>\n<h2 id=\"configuration\">Configuration</h2>\n<p>Something that is missing (no connector, a setting without a value) is no fault: the run ends <code>no_action</code> and names what is missing.\nSomething that is wrong (out of range, not readable, a refused login) ends it <code>failed</code> with <code>invalid_configuration</code>.</p>\n<h2 id=\"remote-services\">Remote services</h2>\n<ul>\n<li>A request is given up after 20 s. An answer of 429 or 5xx, and none at all, are tried three times more, after 1, 4 and 16 s, or after\nwhat <code>Retry-After</code> says, at most 60 s.</li>\n<li>Five requests in a row without a usable answer end the run as <code>remote_unavailable</code>. The job's retry policy then goes on from the checkpoint.</li>\n<li>401 and 403 make the connector get a new token once. If that is refused too, the run ends with <code>invalid_configuration</code> and the connector\nis shown as one that needs a new login.</li>\n</ul>\n<h2 id=\"retries\">Retries</h2>\n<p>A job retries three times by default, after 60 s, and twice as long each time. A newer occurrence of the same trigger ends the retries of\nan older one. Before a call with an effect, the intent is committed; after it, the outcome. See <a href=\"/handbook/developers/contract#effects\">effects</a>.</p>\n<h2 id=\"spreading\">Spreading</h2>\n<p>A job for all clients can be spread over a number of seconds: each client starts after an offset that is the same every time. A manual start has none.</p>\n<h2 id=\"nodes\">Nodes</h2>\n<p>A node is a place near readers where texts and search configurations are kept: a Durable Object with a location hint at the edge, a process\nelsewhere. A node is new when its release differs from the one that is deployed. By default there is one, in western Europe.</p>\n<h2 id=\"files\">Files</h2>\n<p>One store, with keys by owner: <code>c/&lt;client&gt;/…</code> a client's, <code>g/…</code> global, <code>n/&lt;node&gt;/tmp/…</code> a node's scratch, <code>temp/…</code> temporary. A run\nreaches only the prefixes that it may use. The etag is the MD5 of the content.</p>\n<h2 id=\"import-files\">Import files</h2>\n<ul>\n<li>A file lies below the location of its import configuration. Lists that are complete (<code>full_…</code>) come before changes, otherwise the order of\nthe keys counts. A list of changes that was imported before, unchanged and under the same configuration, is moved away unread.</li>\n<li>First the whole file is read and nothing is written: encoding, header, columns, quoting or well-formedness. A file that fails this is\nrefused as a whole.</li>\n<li>Then each row stands for itself. A bad row is listed and the others are imported.</li>\n<li>At the end the file moves to <code>done/</code> or <code>failed/</code> with its time in front of its name, beside a result file (<code>line;ref;result;message</code>). A file that\nis given up never blocks those behind it.</li>\n<li>CSV is UTF-8 (or the configured encoding) with <code>;</code> (or the configured delimiter), quoted as RFC 4180 says. An empty cell leaves a value, <code>\\N</code> removes it.\n200 MB is the largest file.</li>\n</ul>\n<h2 id=\"mail\">Mail</h2>\n<p>Processors put messages into the mail monitor. If the setting <code>mailMonitorStaggeringAmount</code> has a value, only MailMonitorStaggering sends\nthem. Without a value, the run that created them sends them as its last phase, and first those that an earlier run left. A mail is tried\nonce: if a run dies while one is on its way, nobody can know whether it arrived, and it becomes an error <code>delivery_unknown</code> that is not sent again by itself.\nA component whose meta tag 10132 says no makes no mail. Only active people get one, in their language.</p>\n<h2 id=\"secrets\">Secrets</h2>\n<p>Secrets of connectors are sealed with AES-256-GCM under <code>SECRETS_KEY</code>. No secret, token or password is written to a log, a count, an error or the audit trail.</p>\n<h2 id=\"the-timetable\">The timetable</h2>\n<p>The suggested times follow one order through the night: deletions and imports, target groups, enrolment, reports, then notifications just before work. Polls run\nevery few minutes all day. Each processor's suggested time stands on its page of the catalogue.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "What all processors share",
    "text": "These rules hold for every processor. The page of a processor says only what is special about it."
   },
   {
    "anchor": "parameters",
    "heading": "Parameters",
    "text": "Every processor has chunkSize (1 to 1,000, default 200), maxRows (default: no limit) and maxFailures (default 100). Each adds its own. A parameter that the processor does not know is refused when the job is saved. A manual start can name a day to work for; it is not stored in the job, and a day in the future is refused."
   },
   {
    "anchor": "counts",
    "heading": "Counts",
    "text": "Four counts are always there: scanned, changed, skipped, failed. A processor adds names of its own. A run's row keeps the first 100 failures with reference, code and message; its log has all of them."
   },
   {
    "anchor": "how-a-run-ends",
    "heading": "How a run ends",
    "text": "State\nWhen\nok\nSomething was changed, and nothing failed\nno_action\nNothing had to be done, or the feature is not configured\npartial\nAt least one row failed, or the run stopped at maxRows\nfailed\nThe run was ended by a fault. What was committed before stays\ncancelled\nSomebody cancelled it, or its job's overlap policy did\nA crash is not an end: the run is taken up again from its checkpoint. After maxRows the next run goes on behind the last row, and behind the end it starts anew, so that several such runs work through everything."
   },
   {
    "anchor": "failures",
    "heading": "Failures",
    "text": "A row's failure is expected if the processor recognised it: a bad cell, an unknown person, a full course, a missing address. Any number of them ends no run. It is unexpected if the database refused the row or building it threw; more than maxFailures of these end the run."
   },
   {
    "anchor": "configuration",
    "heading": "Configuration",
    "text": "Something that is missing (no connector, a setting without a value) is no fault: the run ends no_action and names what is missing. Something that is wrong (out of range, not readable, a refused login) ends it failed with invalid_configuration."
   },
   {
    "anchor": "remote-services",
    "heading": "Remote services",
    "text": "A request is given up after 20 s. An answer of 429 or 5xx, and none at all, are tried three times more, after 1, 4 and 16 s, or after what Retry-After says, at most 60 s.\nFive requests in a row without a usable answer end the run as remote_unavailable. The job's retry policy then goes on from the checkpoint.\n401 and 403 make the connector get a new token once. If that is refused too, the run ends with invalid_configuration and the connector is shown as one that needs a new login."
   },
   {
    "anchor": "retries",
    "heading": "Retries",
    "text": "A job retries three times by default, after 60 s, and twice as long each time. A newer occurrence of the same trigger ends the retries of an older one. Before a call with an effect, the intent is committed; after it, the outcome. See effects."
   },
   {
    "anchor": "spreading",
    "heading": "Spreading",
    "text": "A job for all clients can be spread over a number of seconds: each client starts after an offset that is the same every time. A manual start has none."
   },
   {
    "anchor": "nodes",
    "heading": "Nodes",
    "text": "A node is a place near readers where texts and search configurations are kept: a Durable Object with a location hint at the edge, a process elsewhere. A node is new when its release differs from the one that is deployed. By default there is one, in western Europe."
   },
   {
    "anchor": "files",
    "heading": "Files",
    "text": "One store, with keys by owner: c/<client>/… a client's, g/… global, n/<node>/tmp/… a node's scratch, temp/… temporary. A run reaches only the prefixes that it may use. The etag is the MD5 of the content."
   },
   {
    "anchor": "import-files",
    "heading": "Import files",
    "text": "A file lies below the location of its import configuration. Lists that are complete (full_…) come before changes, otherwise the order of the keys counts. A list of changes that was imported before, unchanged and under the same configuration, is moved away unread.\nFirst the whole file is read and nothing is written: encoding, header, columns, quoting or well-formedness. A file that fails this is refused as a whole.\nThen each row stands for itself. A bad row is listed and the others are imported.\nAt the end the file moves to done/ or failed/ with its time in front of its name, beside a result file (line;ref;result;message). A file that is given up never blocks those behind it.\nCSV is UTF-8 (or the configured encoding) with ; (or the configured delimiter), quoted as RFC 4180 says. An empty cell leaves a value, \\N removes it. 200 MB is the largest file."
   },
   {
    "anchor": "mail",
    "heading": "Mail",
    "text": "Processors put messages into the mail monitor. If the setting mailMonitorStaggeringAmount has a value, only MailMonitorStaggering sends them. Without a value, the run that created them sends them as its last phase, and first those that an earlier run left. A mail is tried once: if a run dies while one is on its way, nobody can know whether it arrived, and it becomes an error delivery_unknown that is not sent again by itself. A component whose meta tag 10132 says no makes no mail. Only active people get one, in their language."
   },
   {
    "anchor": "secrets",
    "heading": "Secrets",
    "text": "Secrets of connectors are sealed with AES-256-GCM under SECRETS_KEY. No secret, token or password is written to a log, a count, an error or the audit trail."
   },
   {
    "anchor": "the-timetable",
    "heading": "The timetable",
    "text": "The suggested times follow one order through the night: deletions and imports, target groups, enrolment, reports, then notifications just before work. Polls run every few minutes all day. Each processor's suggested time stands on its page of the catalogue."
   }
  ]
 },
 {
  "path": "developers/contract",
  "title": "The contract",
  "html": "<p>The types stand in <code>src/processors/contract.ts</code>; this page says what they are for. A test compares its tables with the types.</p>\n<p>A processor is a definition with a function <code>run</code>. That function is an async generator: it reads, and <em>yields</em> what is to be written. It\nnever writes itself. It has no clock, no random numbers and no network except those it is given.</p>\n<h2 id=\"what-a-processor-declares\">What a processor declares</h2>\n<table>\n<thead>\n<tr>\n<th>Field</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>id</code></td>\n<td>The name that administrators and old configurations use, odd spellings included</td>\n</tr>\n<tr>\n<td><code>aliases</code></td>\n<td>Other names under which it is found</td>\n</tr>\n<tr>\n<td><code>javaClass</code></td>\n<td>The class that did this work in the earlier system</td>\n</tr>\n<tr>\n<td><code>group</code></td>\n<td>Its group in the catalogue</td>\n</tr>\n<tr>\n<td><code>title</code></td>\n<td>What it does in a few words, as pages name it first: &quot;Enrol automatically&quot;</td>\n</tr>\n<tr>\n<td><code>summary</code></td>\n<td>One sentence for the catalogue</td>\n</tr>\n<tr>\n<td><code>scope</code></td>\n<td><code>client</code>: a trigger for each client. <code>node</code>: for each node. <code>global</code>: once for the platform</td>\n</tr>\n<tr>\n<td><code>store</code></td>\n<td><code>learning</code> or <code>control</code>: where all its writes and its checkpoint are</td>\n</tr>\n<tr>\n<td><code>load</code></td>\n<td><code>light</code>: several at once for a client. <code>heavy</code>: one at a time, with a permit</td>\n</tr>\n<tr>\n<td><code>suggestedCron</code></td>\n<td>A Quartz expression for the form, or null for manual starts only</td>\n</tr>\n<tr>\n<td><code>after</code></td>\n<td>Ids of processors that it waits for while they are queued or running for the client. No circles</td>\n</tr>\n<tr>\n<td><code>confirm</code></td>\n<td><code>destructive</code> or <code>expensive</code>: the administrator confirms a start</td>\n</tr>\n<tr>\n<td><code>misfire</code></td>\n<td>What happens to late occurrences unless the job says otherwise. Default <code>once</code></td>\n</tr>\n<tr>\n<td><code>dryRun</code></td>\n<td><code>exact</code>, or <code>lower_bound</code> if later steps depend on what earlier steps wrote</td>\n</tr>\n<tr>\n<td><code>parameters</code></td>\n<td>A strict zod schema. It validates, and draws the form</td>\n</tr>\n<tr>\n<td><code>cursorVersion</code></td>\n<td>Raise it when the cursor's shape changes. A run with another version waits and says so</td>\n</tr>\n<tr>\n<td><code>nextRunFrom</code></td>\n<td>Where the next run continues after one that stopped at <code>maxRows</code>; only if the cursor alone does not say it</td>\n</tr>\n<tr>\n<td><code>counts</code></td>\n<td>Names of its own counts</td>\n</tr>\n<tr>\n<td><code>eachNode</code></td>\n<td>A job must run on each node once there is more than one</td>\n</tr>\n<tr>\n<td><code>minimumPeriodSeconds</code></td>\n<td>The shortest period that a job may have</td>\n</tr>\n<tr>\n<td><code>run</code></td>\n<td>The generator</td>\n</tr>\n</tbody>\n</table>\n<h2 id=\"what-a-run-gets\">What a run gets</h2>\n<table>\n<thead>\n<tr>\n<th>Field</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>run</code></td>\n<td>Facts of the run: its ids, kind, planned instant, whether it is a dry run, whether it was resumed</td>\n</tr>\n<tr>\n<td><code>rows</code></td>\n<td>Reads rows of the processor's store, of this client only</td>\n</tr>\n<tr>\n<td><code>configuration</code></td>\n<td>Settings, texts and the public part of connectors</td>\n</tr>\n<tr>\n<td><code>files</code></td>\n<td>The client's files</td>\n</tr>\n<tr>\n<td><code>connectors</code></td>\n<td>Other systems, opened with their secrets</td>\n</tr>\n<tr>\n<td><code>nodes</code></td>\n<td>Sends texts to a node</td>\n</tr>\n<tr>\n<td><code>runners</code></td>\n<td>Wakes another runner. For platform work</td>\n</tr>\n<tr>\n<td><code>history</code></td>\n<td>Removes texts about erased people from the history of runs</td>\n</tr>\n<tr>\n<td><code>clientTexts</code></td>\n<td>Reads the texts of a client's configuration. For the search for erased people</td>\n</tr>\n<tr>\n<td><code>erasedKeys</code></td>\n<td>Recognises people who were erased, so that an import does not create them again</td>\n</tr>\n<tr>\n<td><code>otherRuns</code></td>\n<td>Ends runs that their owner does not end. For platform work</td>\n</tr>\n<tr>\n<td><code>today</code></td>\n<td>The local day that the run works for, see <a href=\"/handbook/developers/clocks#the-times-that-a-processor-sees\">clocks</a></td>\n</tr>\n<tr>\n<td><code>now</code></td>\n<td>The instant (ms) of the run's first start</td>\n</tr>\n<tr>\n<td><code>timeZone</code></td>\n<td>The client's time zone</td>\n</tr>\n<tr>\n<td><code>parameters</code></td>\n<td>Its own parameters and the common ones, validated</td>\n</tr>\n<tr>\n<td><code>cursor</code></td>\n<td>Where to continue from; null at the start</td>\n</tr>\n<tr>\n<td><code>log</code></td>\n<td>Lines for the run's page. Never a secret</td>\n</tr>\n<tr>\n<td><code>randomBytes</code></td>\n<td>Random bytes for salts and tokens</td>\n</tr>\n</tbody>\n</table>\n<h2 id=\"a-step\">A step</h2>\n<p>A step is one transaction: units, cursor and counts together. The runner commits it while the generator waits at the <code>yield</code>.</p>\n<table>\n<thead>\n<tr>\n<th>Field</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>units</code></td>\n<td>What to write</td>\n</tr>\n<tr>\n<td><code>cursor</code></td>\n<td>A run that is taken up after this step starts from here. It can be written as JSON</td>\n</tr>\n<tr>\n<td><code>counts</code></td>\n<td>Added once, whatever the units do</td>\n</tr>\n<tr>\n<td><code>progress</code></td>\n<td>How much is done, of how much, for the page of the run</td>\n</tr>\n<tr>\n<td><code>also</code></td>\n<td>Notes of the processor itself, written before the units, in a dry run too</td>\n</tr>\n<tr>\n<td><code>followUp</code></td>\n<td>What follows from the units as a whole, in few statements, written after them</td>\n</tr>\n</tbody>\n</table>\n<h2 id=\"a-unit\">A unit</h2>\n<p>A unit stands or falls as one. If it breaks a constraint, it is recorded as failed, and the other units of the step are written.</p>\n<table>\n<thead>\n<tr>\n<th>Field</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>ref</code></td>\n<td>What it is about, in words that an administrator knows: <code>course:17</code>, <code>users.csv:12</code></td>\n</tr>\n<tr>\n<td><code>writes</code></td>\n<td>Guarded statements. If none of them changes a row, the unit counts as skipped</td>\n</tr>\n<tr>\n<td><code>counts</code></td>\n<td>Added once if the unit changed something, or has no writes</td>\n</tr>\n<tr>\n<td><code>failure</code></td>\n<td>The processor knows already that this one is bad: code and message</td>\n</tr>\n</tbody>\n</table>\n<p><em>Guarded</em> means: the condition of the <code>UPDATE</code> or <code>DELETE</code> repeats what was read. A row that somebody changed meanwhile is then left alone.\nA write in the form <code>{ write, count }</code> adds the number of its changed rows to that count.</p>\n<p>An audit entry (<code>auditChange</code>) and an entry for the search index (<code>indexChange</code>) stand directly behind their write. They are written only\nif the statement before them changed a row. Keep that order.</p>\n<h2 id=\"failures\">Failures</h2>\n<ul>\n<li><em>Expected</em>: the processor recognises the fault and hands in the unit with a <code>failure</code>. It is listed with its remedy. No number of them\nends the run, so a bad file cannot block the files behind it.</li>\n<li><em>Unexpected</em>: a broken constraint, or an error while a unit is built inside <code>unitOf(ref, build)</code>. <code>unitOf</code> turns the error into\nthat row's failure, and the next row is looked at. More of them than <code>maxFailures</code> end the run.</li>\n<li><em>Of the run</em>: throw <code>RunFailure(code, message)</code> if nothing can continue, with <code>retry: true</code> if a later attempt may succeed. What\nwas committed stays. Errors about the lease, the database, connectors and configuration pass through <code>unitOf</code>.</li>\n<li><em>Nothing to do</em>, because nothing is configured: return <code>noAction(message)</code>.</li>\n</ul>\n<h2 id=\"effects\">Effects</h2>\n<table>\n<thead>\n<tr>\n<th>Field</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>key</code></td>\n<td>Names the effect within the run. It is the same after the run was resumed</td>\n</tr>\n<tr>\n<td><code>description</code></td>\n<td>What a dry run lists. Never a secret</td>\n</tr>\n<tr>\n<td><code>before</code></td>\n<td>Writes together with the intent. If one of them changes no row, the outcome is <code>refused</code> and nothing is called</td>\n</tr>\n<tr>\n<td><code>repeatable</code></td>\n<td>The receiver recognises a repetition, so an unknown outcome is simply called again</td>\n</tr>\n<tr>\n<td><code>call</code></td>\n<td>Does it, and returns something that can be written as JSON. An error leaves the outcome unknown</td>\n</tr>\n<tr>\n<td><code>settle</code></td>\n<td>Units that are written together with the outcome</td>\n</tr>\n<tr>\n<td><code>cursor</code></td>\n<td>Cursor that is committed together with the outcome</td>\n</tr>\n<tr>\n<td><code>counts</code></td>\n<td>Added together with the outcome</td>\n</tr>\n</tbody>\n</table>\n<p><code>const outcome = yield* effect({ ... })</code> gives one of four states: <code>done</code> with the value; <code>unknown</code> after a kill during the call;\n<code>rehearsed</code> in a dry run; <code>refused</code>. Handle all four. Mail goes through <code>yield* deliver(context)</code>, which does this for all processors.</p>\n<h2 id=\"the-cursor\">The cursor</h2>\n<p>Read in the order of a key, and keep the last key in the cursor: <code>id &gt; after ORDER BY id LIMIT chunkSize</code>. Do not write &quot;select until\nnothing is left&quot;: in a dry run the rows are never changed, and the run would not end. Nothing may depend on variables that live longer\nthan one step, because the run can continue in another process.</p>\n<h2 id=\"dry-run\">Dry run</h2>\n<p>The runner executes each step and rolls it back. The processor does not ask whether it is a dry run, except to leave out an <code>also</code>\nthat must not be written.</p>\n<h2 id=\"common-parameters\">Common parameters</h2>\n<table>\n<thead>\n<tr>\n<th>Parameter</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>chunkSize</code></td>\n<td>Rows that are read and written in one step</td>\n</tr>\n<tr>\n<td><code>maxRows</code></td>\n<td>The run ends after this many rows. The next run continues behind the last</td>\n</tr>\n<tr>\n<td><code>maxFailures</code></td>\n<td>More unexpected failures than this end the run</td>\n</tr>\n</tbody>\n</table>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "The contract",
    "text": "The types stand in src/processors/contract.ts; this page says what they are for. A test compares its tables with the types.\nA processor is a definition with a function run. That function is an async generator: it reads, and yields what is to be written. It never writes itself. It has no clock, no random numbers and no network except those it is given."
   },
   {
    "anchor": "what-a-processor-declares",
    "heading": "What a processor declares",
    "text": "Field\nMeaning\nid\nThe name that administrators and old configurations use, odd spellings included\naliases\nOther names under which it is found\njavaClass\nThe class that did this work in the earlier system\ngroup\nIts group in the catalogue\ntitle\nWhat it does in a few words, as pages name it first: \"Enrol automatically\"\nsummary\nOne sentence for the catalogue\nscope\nclient: a trigger for each client. node: for each node. global: once for the platform\nstore\nlearning or control: where all its writes and its checkpoint are\nload\nlight: several at once for a client. heavy: one at a time, with a permit\nsuggestedCron\nA Quartz expression for the form, or null for manual starts only\nafter\nIds of processors that it waits for while they are queued or running for the client. No circles\nconfirm\ndestructive or expensive: the administrator confirms a start\nmisfire\nWhat happens to late occurrences unless the job says otherwise. Default once\ndryRun\nexact, or lower_bound if later steps depend on what earlier steps wrote\nparameters\nA strict zod schema. It validates, and draws the form\ncursorVersion\nRaise it when the cursor's shape changes. A run with another version waits and says so\nnextRunFrom\nWhere the next run continues after one that stopped at maxRows; only if the cursor alone does not say it\ncounts\nNames of its own counts\neachNode\nA job must run on each node once there is more than one\nminimumPeriodSeconds\nThe shortest period that a job may have\nrun\nThe generator"
   },
   {
    "anchor": "what-a-run-gets",
    "heading": "What a run gets",
    "text": "Field\nMeaning\nrun\nFacts of the run: its ids, kind, planned instant, whether it is a dry run, whether it was resumed\nrows\nReads rows of the processor's store, of this client only\nconfiguration\nSettings, texts and the public part of connectors\nfiles\nThe client's files\nconnectors\nOther systems, opened with their secrets\nnodes\nSends texts to a node\nrunners\nWakes another runner. For platform work\nhistory\nRemoves texts about erased people from the history of runs\nclientTexts\nReads the texts of a client's configuration. For the search for erased people\nerasedKeys\nRecognises people who were erased, so that an import does not create them again\notherRuns\nEnds runs that their owner does not end. For platform work\ntoday\nThe local day that the run works for, see clocks\nnow\nThe instant (ms) of the run's first start\ntimeZone\nThe client's time zone\nparameters\nIts own parameters and the common ones, validated\ncursor\nWhere to continue from; null at the start\nlog\nLines for the run's page. Never a secret\nrandomBytes\nRandom bytes for salts and tokens"
   },
   {
    "anchor": "a-step",
    "heading": "A step",
    "text": "A step is one transaction: units, cursor and counts together. The runner commits it while the generator waits at the yield.\nField\nMeaning\nunits\nWhat to write\ncursor\nA run that is taken up after this step starts from here. It can be written as JSON\ncounts\nAdded once, whatever the units do\nprogress\nHow much is done, of how much, for the page of the run\nalso\nNotes of the processor itself, written before the units, in a dry run too\nfollowUp\nWhat follows from the units as a whole, in few statements, written after them"
   },
   {
    "anchor": "a-unit",
    "heading": "A unit",
    "text": "A unit stands or falls as one. If it breaks a constraint, it is recorded as failed, and the other units of the step are written.\nField\nMeaning\nref\nWhat it is about, in words that an administrator knows: course:17, users.csv:12\nwrites\nGuarded statements. If none of them changes a row, the unit counts as skipped\ncounts\nAdded once if the unit changed something, or has no writes\nfailure\nThe processor knows already that this one is bad: code and message\nGuarded means: the condition of the UPDATE or DELETE repeats what was read. A row that somebody changed meanwhile is then left alone. A write in the form { write, count } adds the number of its changed rows to that count.\nAn audit entry (auditChange) and an entry for the search index (indexChange) stand directly behind their write. They are written only if the statement before them changed a row. Keep that order."
   },
   {
    "anchor": "failures",
    "heading": "Failures",
    "text": "Expected: the processor recognises the fault and hands in the unit with a failure. It is listed with its remedy. No number of them ends the run, so a bad file cannot block the files behind it.\nUnexpected: a broken constraint, or an error while a unit is built inside unitOf(ref, build). unitOf turns the error into that row's failure, and the next row is looked at. More of them than maxFailures end the run.\nOf the run: throw RunFailure(code, message) if nothing can continue, with retry: true if a later attempt may succeed. What was committed stays. Errors about the lease, the database, connectors and configuration pass through unitOf.\nNothing to do, because nothing is configured: return noAction(message)."
   },
   {
    "anchor": "effects",
    "heading": "Effects",
    "text": "Field\nMeaning\nkey\nNames the effect within the run. It is the same after the run was resumed\ndescription\nWhat a dry run lists. Never a secret\nbefore\nWrites together with the intent. If one of them changes no row, the outcome is refused and nothing is called\nrepeatable\nThe receiver recognises a repetition, so an unknown outcome is simply called again\ncall\nDoes it, and returns something that can be written as JSON. An error leaves the outcome unknown\nsettle\nUnits that are written together with the outcome\ncursor\nCursor that is committed together with the outcome\ncounts\nAdded together with the outcome\nconst outcome = yield* effect({ ... }) gives one of four states: done with the value; unknown after a kill during the call; rehearsed in a dry run; refused. Handle all four. Mail goes through yield* deliver(context), which does this for all processors."
   },
   {
    "anchor": "the-cursor",
    "heading": "The cursor",
    "text": "Read in the order of a key, and keep the last key in the cursor: id > after ORDER BY id LIMIT chunkSize. Do not write \"select until nothing is left\": in a dry run the rows are never changed, and the run would not end. Nothing may depend on variables that live longer than one step, because the run can continue in another process."
   },
   {
    "anchor": "dry-run",
    "heading": "Dry run",
    "text": "The runner executes each step and rolls it back. The processor does not ask whether it is a dry run, except to leave out an also that must not be written."
   },
   {
    "anchor": "common-parameters",
    "heading": "Common parameters",
    "text": "Parameter\nMeaning\nchunkSize\nRows that are read and written in one step\nmaxRows\nThe run ends after this many rows. The next run continues behind the last\nmaxFailures\nMore unexpected failures than this end the run"
   }
  ]
 },
 {
  "path": "developers/clocks",
  "title": "Clocks",
  "html": "<p>A scheduler that trusts one wrong clock either starts work early or decides that hours of work were missed. The rules stand in\n<code>src/scheduler/clocks.ts</code>.</p>\n<h2 id=\"which-time-a-tick-follows\">Which time a tick follows</h2>\n<p>A tick compares up to three clocks: the host's, the database's, and a witness (the planned time of the platform's Cron Trigger, or the date\nof an HTTP answer). It also reads the times of earlier ticks.</p>\n<ul>\n<li>Clocks that differ by no more than one minute agree. The earlier of them is followed.</li>\n<li>If they differ, the clock that agrees with the witness is followed; without a witness, the clock that continues from the newest tick;\notherwise the earlier one.</li>\n<li>A time more than ten minutes after the newest tick is not believed at once. It needs two further ticks, at least half a minute apart.</li>\n</ul>\n<p>A database in a file has no clock of its own. There the witness and the earlier ticks are all that the host's clock can be compared with.</p>\n<h2 id=\"what-waits-for-a-confirmed-time\">What waits for a confirmed time</h2>\n<ul>\n<li>Nothing is recorded as missed while the time is not confirmed. After an outage of more than ten minutes, runs that make up for it\ntherefore start about two minutes later.</li>\n<li>A clock that was hours ahead may have given occurrences of the future a fate. Once steady ticks show it, these fates are withdrawn.</li>\n</ul>\n<p><code>GET /health</code> names the clock that is wrong, and by how much.</p>\n<h2 id=\"the-times-that-a-processor-sees\">The times that a processor sees</h2>\n<table>\n<thead>\n<tr>\n<th>Name</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>today</code></td>\n<td>The local day that the run works for: the day given at a manual start, otherwise the client's local day of the planned instant</td>\n</tr>\n<tr>\n<td><code>now</code></td>\n<td>The instant (ms) of the run's first start. It stays the same after a retry or a takeover</td>\n</tr>\n<tr>\n<td><code>timeZone</code></td>\n<td>The client's IANA time zone</td>\n</tr>\n</tbody>\n</table>\n<p>Use <code>now</code> for expiry and for time stamps, <code>today</code> for anything counted in days. Convert with <code>src/time/day.ts</code>; a day does not always\nhave 24 hours. Comparisons with instants use <code>nowAsOf</code>, so that a run for a past day does not look beyond that day.</p>\n<h2 id=\"daylight-saving\">Daylight saving</h2>\n<p>A schedule is in the trigger's time zone. With the default <code>safe</code>, a fixed time that does not exist on a day fires at the next instant that\ndoes, and a time that exists twice fires once, at the first. With <code>quartz</code>, a job behaves as Quartz itself: a missing time is left out, a\ndouble one fires at the second. Hours given as <code>*</code>, a range or a step fire in both passes. The form of a job shows what happens at the next change.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "Clocks",
    "text": "A scheduler that trusts one wrong clock either starts work early or decides that hours of work were missed. The rules stand in src/scheduler/clocks.ts."
   },
   {
    "anchor": "which-time-a-tick-follows",
    "heading": "Which time a tick follows",
    "text": "A tick compares up to three clocks: the host's, the database's, and a witness (the planned time of the platform's Cron Trigger, or the date of an HTTP answer). It also reads the times of earlier ticks.\nClocks that differ by no more than one minute agree. The earlier of them is followed.\nIf they differ, the clock that agrees with the witness is followed; without a witness, the clock that continues from the newest tick; otherwise the earlier one.\nA time more than ten minutes after the newest tick is not believed at once. It needs two further ticks, at least half a minute apart.\nA database in a file has no clock of its own. There the witness and the earlier ticks are all that the host's clock can be compared with."
   },
   {
    "anchor": "what-waits-for-a-confirmed-time",
    "heading": "What waits for a confirmed time",
    "text": "Nothing is recorded as missed while the time is not confirmed. After an outage of more than ten minutes, runs that make up for it therefore start about two minutes later.\nA clock that was hours ahead may have given occurrences of the future a fate. Once steady ticks show it, these fates are withdrawn.\nGET /health names the clock that is wrong, and by how much."
   },
   {
    "anchor": "the-times-that-a-processor-sees",
    "heading": "The times that a processor sees",
    "text": "Name\nMeaning\ntoday\nThe local day that the run works for: the day given at a manual start, otherwise the client's local day of the planned instant\nnow\nThe instant (ms) of the run's first start. It stays the same after a retry or a takeover\ntimeZone\nThe client's IANA time zone\nUse now for expiry and for time stamps, today for anything counted in days. Convert with src/time/day.ts; a day does not always have 24 hours. Comparisons with instants use nowAsOf, so that a run for a past day does not look beyond that day."
   },
   {
    "anchor": "daylight-saving",
    "heading": "Daylight saving",
    "text": "A schedule is in the trigger's time zone. With the default safe, a fixed time that does not exist on a day fires at the next instant that does, and a time that exists twice fires once, at the first. With quartz, a job behaves as Quartz itself: a missing time is left out, a double one fires at the second. Hours given as *, a range or a step fire in both passes. The form of a job shows what happens at the next change."
   }
  ]
 },
 {
  "path": "developers/words",
  "title": "Words",
  "html": "<p>Each thing has one word, and each word has one meaning, in code, tables and pages alike. Quartz's own words (misfire, fire time) keep\nQuartz's meaning. No file or class is called manager, helper, util, common or service.</p>\n<h2 id=\"what-is-planned\">What is planned</h2>\n<h3 id=\"client\">client</h3>\n<p>A customer of the learning suite, with its own people, courses, settings and time zone. Other systems say tenant. Client 0 stands for\nthe platform.</p>\n<h3 id=\"processor\">processor</h3>\n<p>A kind of work, written in code: <code>UserImport</code>, <code>ExpiredCoursesToCompleted</code>. It has one file, and declares its parameters and counts.</p>\n<h3 id=\"job\">job</h3>\n<p>A processor with parameters, policies and a schedule, made by an administrator. Several jobs can use one processor.</p>\n<h3 id=\"trigger\">trigger</h3>\n<p>A job's clock for one client (or one node). A job for all clients has one trigger for each active client, in that client's time zone.</p>\n<h3 id=\"occurrence\">occurrence</h3>\n<p>One planned moment of one trigger.</p>\n<h3 id=\"fate\">fate</h3>\n<p>What is recorded about an occurrence: the run that was executed, or the reason why it was skipped.</p>\n<h3 id=\"backfill\">backfill</h3>\n<p>Runs that make up for past occurrences on request, each for its own day.</p>\n<h3 id=\"blackout\">blackout</h3>\n<p>A period in which nothing starts by the clock, for one client or for the whole platform.</p>\n<h3 id=\"policy\">policy</h3>\n<p>What a job says about cases that are not the rule: late occurrences, overlapping runs, failures, the longest time of a run.</p>\n<h3 id=\"chain\">chain</h3>\n<p>A job that starts after another job's run has ended, instead of at a time of its own.</p>\n<h3 id=\"misfire\">misfire</h3>\n<p>An occurrence that is late by more than a minute. The job's misfire policy decides whether it is made up for once, each time, or not at all.</p>\n<h3 id=\"quiet\">quiet</h3>\n<p>A way to record occurrences at which there was nothing to do, without a run for each. It is planned and not built.</p>\n<h2 id=\"what-is-executed\">What is executed</h2>\n<h3 id=\"run\">run</h3>\n<p>One execution of a job for one client, and its row in <code>runs</code>. A retry is another attempt of the same run.</p>\n<h3 id=\"dry-run\">dry run</h3>\n<p>A run that executes each step and rolls it back. It shows what would be counted. Effects are listed and not made.</p>\n<h3 id=\"step\">step</h3>\n<p>What a processor yields at once: units to write, the cursor behind them, counts. It is one transaction.</p>\n<h3 id=\"unit\">unit</h3>\n<p>A row, or a few rows that stand or fall together, within a step. A unit that fails does not stop the other units.</p>\n<h3 id=\"effect\">effect</h3>\n<p>Something that cannot be rolled back: a mail, a request to another system, a file that is moved. Its intent is stored before, its outcome after.</p>\n<h3 id=\"cursor\">cursor</h3>\n<p>The processor's own note of the place to continue from. It can be written as JSON.</p>\n<h3 id=\"checkpoint\">checkpoint</h3>\n<p>The row that holds a run's step number, cursor, counts and outcome. It stands in the same database as the data that the run changes.</p>\n<h3 id=\"lease\">lease</h3>\n<p>A number that rises each time another owner takes a run over. A write under an older number is refused.</p>\n<h3 id=\"slice\">slice</h3>\n<p>The time that a run works without a pause: at most 20 seconds. Then it continues from its checkpoint, and others get their turn.</p>\n<h3 id=\"permit\">permit</h3>\n<p>The right of a heavy run to work for one slice. There is a fixed number of permits for a database.</p>\n<h3 id=\"owner\">owner</h3>\n<p>The process that works on a run at the moment, under the run's newest lease.</p>\n<h3 id=\"heartbeat\">heartbeat</h3>\n<p>The instant at which the owner of a run last wrote that it is alive. The tick looks at runs whose heartbeat is old.</p>\n<h3 id=\"attempt\">attempt</h3>\n<p>One try of a run. A run that fails in a way that can be retried is tried again from its checkpoint, as often as the job allows.</p>\n<h3 id=\"count\">count</h3>\n<p>A named number that a run adds up. Every run has <code>scanned</code>, <code>changed</code>, <code>skipped</code> and <code>failed</code>; a processor declares further ones.</p>\n<h3 id=\"expected-failure\">expected failure</h3>\n<p>A fault in the data that the processor recognises, such as a bad cell in a file. It is listed for the administrator and never ends the run.</p>\n<h3 id=\"unexpected-failure\">unexpected failure</h3>\n<p>A fault that nobody provided for, such as a broken constraint. More of them than the parameter <code>maxFailures</code> end the run.</p>\n<h2 id=\"what-does-the-work\">What does the work</h2>\n<h3 id=\"tick\">tick</h3>\n<p>The clock's work, once a minute: turn due triggers into runs, look for runs that are overdue, record itself.</p>\n<h3 id=\"runner\">runner</h3>\n<p>The worker for one client. One further runner, <code>platform</code>, works for global and node processors.</p>\n<h3 id=\"store\">store</h3>\n<p>The database in which a run's steps are committed: the client's learning data, or the control tables. It holds checkpoints, effects and the audit log.</p>\n<h3 id=\"control\">control</h3>\n<p>The tables of the scheduler and of the configuration: jobs, triggers, runs, settings, connectors, accounts.</p>\n<h3 id=\"connector\">connector</h3>\n<p>The stored access to another system: its address, its secret, and its kind (mail, http).</p>\n<h3 id=\"host\">host</h3>\n<p>The program that runs Minutehand on a platform: Cloudflare Workers, or Deno. It hands in the clock, the network, the files and random numbers.</p>\n<h3 id=\"node\">node</h3>\n<p>One of several servers of the learning suite, which keeps texts in memory and is told when they change.</p>\n<h3 id=\"health\">health</h3>\n<p>The answer of <code>GET /health</code>: whether the tick comes on time and whether anything needs a person.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "Words",
    "text": "Each thing has one word, and each word has one meaning, in code, tables and pages alike. Quartz's own words (misfire, fire time) keep Quartz's meaning. No file or class is called manager, helper, util, common or service."
   },
   {
    "anchor": "what-is-planned",
    "heading": "What is planned",
    "text": ""
   },
   {
    "anchor": "client",
    "heading": "client",
    "text": "A customer of the learning suite, with its own people, courses, settings and time zone. Other systems say tenant. Client 0 stands for the platform."
   },
   {
    "anchor": "processor",
    "heading": "processor",
    "text": "A kind of work, written in code: UserImport, ExpiredCoursesToCompleted. It has one file, and declares its parameters and counts."
   },
   {
    "anchor": "job",
    "heading": "job",
    "text": "A processor with parameters, policies and a schedule, made by an administrator. Several jobs can use one processor."
   },
   {
    "anchor": "trigger",
    "heading": "trigger",
    "text": "A job's clock for one client (or one node). A job for all clients has one trigger for each active client, in that client's time zone."
   },
   {
    "anchor": "occurrence",
    "heading": "occurrence",
    "text": "One planned moment of one trigger."
   },
   {
    "anchor": "fate",
    "heading": "fate",
    "text": "What is recorded about an occurrence: the run that was executed, or the reason why it was skipped."
   },
   {
    "anchor": "backfill",
    "heading": "backfill",
    "text": "Runs that make up for past occurrences on request, each for its own day."
   },
   {
    "anchor": "blackout",
    "heading": "blackout",
    "text": "A period in which nothing starts by the clock, for one client or for the whole platform."
   },
   {
    "anchor": "policy",
    "heading": "policy",
    "text": "What a job says about cases that are not the rule: late occurrences, overlapping runs, failures, the longest time of a run."
   },
   {
    "anchor": "chain",
    "heading": "chain",
    "text": "A job that starts after another job's run has ended, instead of at a time of its own."
   },
   {
    "anchor": "misfire",
    "heading": "misfire",
    "text": "An occurrence that is late by more than a minute. The job's misfire policy decides whether it is made up for once, each time, or not at all."
   },
   {
    "anchor": "quiet",
    "heading": "quiet",
    "text": "A way to record occurrences at which there was nothing to do, without a run for each. It is planned and not built."
   },
   {
    "anchor": "what-is-executed",
    "heading": "What is executed",
    "text": ""
   },
   {
    "anchor": "run",
    "heading": "run",
    "text": "One execution of a job for one client, and its row in runs. A retry is another attempt of the same run."
   },
   {
    "anchor": "dry-run",
    "heading": "dry run",
    "text": "A run that executes each step and rolls it back. It shows what would be counted. Effects are listed and not made."
   },
   {
    "anchor": "step",
    "heading": "step",
    "text": "What a processor yields at once: units to write, the cursor behind them, counts. It is one transaction."
   },
   {
    "anchor": "unit",
    "heading": "unit",
    "text": "A row, or a few rows that stand or fall together, within a step. A unit that fails does not stop the other units."
   },
   {
    "anchor": "effect",
    "heading": "effect",
    "text": "Something that cannot be rolled back: a mail, a request to another system, a file that is moved. Its intent is stored before, its outcome after."
   },
   {
    "anchor": "cursor",
    "heading": "cursor",
    "text": "The processor's own note of the place to continue from. It can be written as JSON."
   },
   {
    "anchor": "checkpoint",
    "heading": "checkpoint",
    "text": "The row that holds a run's step number, cursor, counts and outcome. It stands in the same database as the data that the run changes."
   },
   {
    "anchor": "lease",
    "heading": "lease",
    "text": "A number that rises each time another owner takes a run over. A write under an older number is refused."
   },
   {
    "anchor": "slice",
    "heading": "slice",
    "text": "The time that a run works without a pause: at most 20 seconds. Then it continues from its checkpoint, and others get their turn."
   },
   {
    "anchor": "permit",
    "heading": "permit",
    "text": "The right of a heavy run to work for one slice. There is a fixed number of permits for a database."
   },
   {
    "anchor": "owner",
    "heading": "owner",
    "text": "The process that works on a run at the moment, under the run's newest lease."
   },
   {
    "anchor": "heartbeat",
    "heading": "heartbeat",
    "text": "The instant at which the owner of a run last wrote that it is alive. The tick looks at runs whose heartbeat is old."
   },
   {
    "anchor": "attempt",
    "heading": "attempt",
    "text": "One try of a run. A run that fails in a way that can be retried is tried again from its checkpoint, as often as the job allows."
   },
   {
    "anchor": "count",
    "heading": "count",
    "text": "A named number that a run adds up. Every run has scanned, changed, skipped and failed; a processor declares further ones."
   },
   {
    "anchor": "expected-failure",
    "heading": "expected failure",
    "text": "A fault in the data that the processor recognises, such as a bad cell in a file. It is listed for the administrator and never ends the run."
   },
   {
    "anchor": "unexpected-failure",
    "heading": "unexpected failure",
    "text": "A fault that nobody provided for, such as a broken constraint. More of them than the parameter maxFailures end the run."
   },
   {
    "anchor": "what-does-the-work",
    "heading": "What does the work",
    "text": ""
   },
   {
    "anchor": "tick",
    "heading": "tick",
    "text": "The clock's work, once a minute: turn due triggers into runs, look for runs that are overdue, record itself."
   },
   {
    "anchor": "runner",
    "heading": "runner",
    "text": "The worker for one client. One further runner, platform, works for global and node processors."
   },
   {
    "anchor": "store",
    "heading": "store",
    "text": "The database in which a run's steps are committed: the client's learning data, or the control tables. It holds checkpoints, effects and the audit log."
   },
   {
    "anchor": "control",
    "heading": "control",
    "text": "The tables of the scheduler and of the configuration: jobs, triggers, runs, settings, connectors, accounts."
   },
   {
    "anchor": "connector",
    "heading": "connector",
    "text": "The stored access to another system: its address, its secret, and its kind (mail, http)."
   },
   {
    "anchor": "host",
    "heading": "host",
    "text": "The program that runs Minutehand on a platform: Cloudflare Workers, or Deno. It hands in the clock, the network, the files and random numbers."
   },
   {
    "anchor": "node",
    "heading": "node",
    "text": "One of several servers of the learning suite, which keeps texts in memory and is told when they change."
   },
   {
    "anchor": "health",
    "heading": "health",
    "text": "The answer of GET /health: whether the tick comes on time and whether anything needs a person."
   }
  ]
 },
 {
  "path": "developers/states",
  "title": "States of a run",
  "html": "<p>One file, <code>src/control/runs/run-state.ts</code>, defines the states and which state can follow which. This page repeats it; a test compares the two.</p>\n<h2 id=\"what-each-state-means\">What each state means</h2>\n<table>\n<thead>\n<tr>\n<th>State</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>planned</code></td>\n<td>The tick has written the run; its time has not come</td>\n</tr>\n<tr>\n<td><code>queued</code></td>\n<td>Its time has come, or somebody started it by hand</td>\n</tr>\n<tr>\n<td><code>waiting</code></td>\n<td>It is due and cannot start or continue now: retry, order, overlap, permit, pause of everything. The message says which</td>\n</tr>\n<tr>\n<td><code>running</code></td>\n<td>A runner works on it</td>\n</tr>\n<tr>\n<td><code>ok</code></td>\n<td>Ended. It changed something, and nothing failed</td>\n</tr>\n<tr>\n<td><code>no_action</code></td>\n<td>Ended. There was nothing to do</td>\n</tr>\n<tr>\n<td><code>partial</code></td>\n<td>Ended. Some units failed; the others were written</td>\n</tr>\n<tr>\n<td><code>failed</code></td>\n<td>Ended early. What was committed before stays</td>\n</tr>\n<tr>\n<td><code>cancelled</code></td>\n<td>Ended on request, before its start or at the end of a step</td>\n</tr>\n<tr>\n<td><code>skipped</code></td>\n<td>Never started. The reason is recorded</td>\n</tr>\n</tbody>\n</table>\n<h2 id=\"which-state-can-follow\">Which state can follow</h2>\n<table>\n<thead>\n<tr>\n<th>From</th>\n<th>To</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>planned</code></td>\n<td><code>queued</code>, <code>skipped</code>, <code>cancelled</code></td>\n</tr>\n<tr>\n<td><code>queued</code></td>\n<td><code>running</code>, <code>waiting</code>, <code>skipped</code>, <code>cancelled</code></td>\n</tr>\n<tr>\n<td><code>waiting</code></td>\n<td><code>running</code>, <code>queued</code>, <code>skipped</code>, <code>cancelled</code>, <code>failed</code></td>\n</tr>\n<tr>\n<td><code>running</code></td>\n<td><code>ok</code>, <code>no_action</code>, <code>partial</code>, <code>failed</code>, <code>cancelled</code>, <code>waiting</code></td>\n</tr>\n<tr>\n<td><code>ok</code></td>\n<td>none</td>\n</tr>\n<tr>\n<td><code>no_action</code></td>\n<td>none</td>\n</tr>\n<tr>\n<td><code>partial</code></td>\n<td>none</td>\n</tr>\n<tr>\n<td><code>failed</code></td>\n<td><code>waiting</code></td>\n</tr>\n<tr>\n<td><code>cancelled</code></td>\n<td>none</td>\n</tr>\n<tr>\n<td><code>skipped</code></td>\n<td>none</td>\n</tr>\n</tbody>\n</table>\n<p><code>failed</code> to <code>waiting</code> happens only when an administrator takes the run up again. Every other end is final.</p>\n<h2 id=\"how-a-run-ends\">How a run ends</h2>\n<p>The last step marks the checkpoint as done and stores the outcome there. Then the control tables follow in one batch: the final state,\nstatistics, the count of failures in a row, the permit, and the jobs that follow this one.</p>\n<p>If the process dies between the two, the next owner finds the checkpoint done and only completes the second part. A cancel that arrives\nafter the checkpoint is done has no effect.</p>\n<h2 id=\"why-a-run-was-skipped\">Why a run was skipped</h2>\n<table>\n<thead>\n<tr>\n<th>Reason</th>\n<th>When</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>duplicate</code></td>\n<td>The run before it had not ended, and the job does not let runs queue</td>\n</tr>\n<tr>\n<td><code>misfire</code></td>\n<td>Minutehand did not tick at that time, and the job does not make up for it</td>\n</tr>\n<tr>\n<td><code>late</code></td>\n<td>It could not start within the time that the job allows, or within 24 hours</td>\n</tr>\n<tr>\n<td><code>paused</code></td>\n<td>The job was paused</td>\n</tr>\n<tr>\n<td><code>blackout</code></td>\n<td>It fell into a blackout</td>\n</tr>\n<tr>\n<td><code>stopped</code></td>\n<td>An administrator had stopped everything</td>\n</tr>\n<tr>\n<td><code>client_inactive</code></td>\n<td>The client was not active</td>\n</tr>\n<tr>\n<td><code>dropped</code></td>\n<td>More runs waited, or more occurrences were missed, than the job's cap allows</td>\n</tr>\n<tr>\n<td><code>no_runner</code></td>\n<td>No runner took it within its deadline</td>\n</tr>\n<tr>\n<td><code>job_deleted</code></td>\n<td>The job was deleted before the run started</td>\n</tr>\n<tr>\n<td><code>job_inactive</code></td>\n<td>The job was switched off before the run started</td>\n</tr>\n<tr>\n<td><code>not_served</code></td>\n<td>The job no longer serves this client or node</td>\n</tr>\n<tr>\n<td><code>invalid_expression</code></td>\n<td>The expression of the job could not be read</td>\n</tr>\n</tbody>\n</table>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "States of a run",
    "text": "One file, src/control/runs/run-state.ts, defines the states and which state can follow which. This page repeats it; a test compares the two."
   },
   {
    "anchor": "what-each-state-means",
    "heading": "What each state means",
    "text": "State\nMeaning\nplanned\nThe tick has written the run; its time has not come\nqueued\nIts time has come, or somebody started it by hand\nwaiting\nIt is due and cannot start or continue now: retry, order, overlap, permit, pause of everything. The message says which\nrunning\nA runner works on it\nok\nEnded. It changed something, and nothing failed\nno_action\nEnded. There was nothing to do\npartial\nEnded. Some units failed; the others were written\nfailed\nEnded early. What was committed before stays\ncancelled\nEnded on request, before its start or at the end of a step\nskipped\nNever started. The reason is recorded"
   },
   {
    "anchor": "which-state-can-follow",
    "heading": "Which state can follow",
    "text": "From\nTo\nplanned\nqueued, skipped, cancelled\nqueued\nrunning, waiting, skipped, cancelled\nwaiting\nrunning, queued, skipped, cancelled, failed\nrunning\nok, no_action, partial, failed, cancelled, waiting\nok\nnone\nno_action\nnone\npartial\nnone\nfailed\nwaiting\ncancelled\nnone\nskipped\nnone\nfailed to waiting happens only when an administrator takes the run up again. Every other end is final."
   },
   {
    "anchor": "how-a-run-ends",
    "heading": "How a run ends",
    "text": "The last step marks the checkpoint as done and stores the outcome there. Then the control tables follow in one batch: the final state, statistics, the count of failures in a row, the permit, and the jobs that follow this one.\nIf the process dies between the two, the next owner finds the checkpoint done and only completes the second part. A cancel that arrives after the checkpoint is done has no effect."
   },
   {
    "anchor": "why-a-run-was-skipped",
    "heading": "Why a run was skipped",
    "text": "Reason\nWhen\nduplicate\nThe run before it had not ended, and the job does not let runs queue\nmisfire\nMinutehand did not tick at that time, and the job does not make up for it\nlate\nIt could not start within the time that the job allows, or within 24 hours\npaused\nThe job was paused\nblackout\nIt fell into a blackout\nstopped\nAn administrator had stopped everything\nclient_inactive\nThe client was not active\ndropped\nMore runs waited, or more occurrences were missed, than the job's cap allows\nno_runner\nNo runner took it within its deadline\njob_deleted\nThe job was deleted before the run started\njob_inactive\nThe job was switched off before the run started\nnot_served\nThe job no longer serves this client or node\ninvalid_expression\nThe expression of the job could not be read"
   }
  ]
 },
 {
  "path": "operators",
  "title": "For operators",
  "html": "<p>This part is not written yet. It will describe deployment, secrets and their rotation, backup and restore, a database for one client, the\nlimits of each hosting plan and their cost, and what to watch.</p>\n<p>Until then <code>README.md</code> in the repository describes:</p>\n<ul>\n<li>the commands, and the deployment on Cloudflare Workers and on Deno with their variables;</li>\n<li>how to give a client a database of its own, and how to take it back;</li>\n<li>sign-in through an OpenID provider, and how to change <code>SECRETS_KEY</code>;</li>\n<li>what is promised, what is limited, and what cannot be promised.</li>\n</ul>\n<p>Backup and restore are described nowhere yet. All data is in the libSQL databases and in the file store; copy both.</p>\n<p>How Minutehand treats a clock that is wrong is described in <a href=\"/handbook/developers/clocks\">Clocks</a>.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "For operators",
    "text": "This part is not written yet. It will describe deployment, secrets and their rotation, backup and restore, a database for one client, the limits of each hosting plan and their cost, and what to watch.\nUntil then README.md in the repository describes:\nthe commands, and the deployment on Cloudflare Workers and on Deno with their variables;\nhow to give a client a database of its own, and how to take it back;\nsign-in through an OpenID provider, and how to change SECRETS_KEY;\nwhat is promised, what is limited, and what cannot be promised.\nBackup and restore are described nowhere yet. All data is in the libSQL databases and in the file store; copy both.\nHow Minutehand treats a clock that is wrong is described in Clocks."
   }
  ]
 },
 {
  "path": "developers",
  "title": "For developers",
  "html": "<p>Read the pages in this order, or search for a word on the <a href=\"/handbook\">first page</a>.</p>\n<ol>\n<li><a href=\"/handbook/developers/idea\">The idea</a>: what Minutehand does, and the decisions that everything else follows from.</li>\n<li><a href=\"/handbook/developers/words\">Words</a>: one word for each thing, and one meaning for each word.</li>\n<li><a href=\"/handbook/developers/house\">The house</a>: what stands in which folder, and what may import what.</li>\n<li><a href=\"/handbook/developers/runner\">The tick and the runner</a>: how runs are planned, judged and carried out.</li>\n<li><a href=\"/handbook/developers/states\">States of a run</a>: each state, and the states that can follow it.</li>\n<li><a href=\"/handbook/developers/contract\">The contract</a>: what a processor declares, gets and yields.</li>\n<li><a href=\"/handbook/developers/rules\">What all processors share</a>: parameters, ends, failures, remote services, files, mail.</li>\n<li><a href=\"/handbook/developers/data\">Data</a>: what the tables hold and what their words mean.</li>\n<li><a href=\"/handbook/developers/processor\">How to write a processor</a>: from the empty file to a green build.</li>\n<li><a href=\"/handbook/developers/scenario\">How to run one scenario</a>: test a single processor in seconds.</li>\n<li><a href=\"/handbook/developers/clocks\">Clocks</a>: which time is believed, and when.</li>\n<li><a href=\"/handbook/developers/testing\">Testing</a>: kinds of tests, the simulation, seeds.</li>\n</ol>\n<p>The pages are Markdown files in <code>src/handbook</code>. After you change one, run <code>npm run handbook</code> and commit <code>src/handbook/pages.ts</code> with it;\na test fails when that file is out of date. Comments in the code that cite the handbook name the page and the heading, for example\n&quot;handbook, words: lease&quot;.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "For developers",
    "text": "Read the pages in this order, or search for a word on the first page.\nThe idea: what Minutehand does, and the decisions that everything else follows from.\nWords: one word for each thing, and one meaning for each word.\nThe house: what stands in which folder, and what may import what.\nThe tick and the runner: how runs are planned, judged and carried out.\nStates of a run: each state, and the states that can follow it.\nThe contract: what a processor declares, gets and yields.\nWhat all processors share: parameters, ends, failures, remote services, files, mail.\nData: what the tables hold and what their words mean.\nHow to write a processor: from the empty file to a green build.\nHow to run one scenario: test a single processor in seconds.\nClocks: which time is believed, and when.\nTesting: kinds of tests, the simulation, seeds.\nThe pages are Markdown files in src/handbook. After you change one, run npm run handbook and commit src/handbook/pages.ts with it; a test fails when that file is out of date. Comments in the code that cite the handbook name the page and the heading, for example \"handbook, words: lease\"."
   }
  ]
 },
 {
  "path": "developers/idea",
  "title": "The idea",
  "html": "<p>A learning suite has work that must be done at set times: import people at night, fill target groups, enrol their members, send mails\nbefore the office opens. Minutehand starts this work on time, carries it out, and keeps a record of every planned moment.</p>\n<h2 id=\"from-a-schedule-to-a-result\">From a schedule to a result</h2>\n<p>An administrator makes a <a href=\"/handbook/developers/words#job\">job</a>: a processor, its parameters and a Quartz expression. The job has a\n<a href=\"/handbook/developers/words#trigger\">trigger</a> for each client that it serves. Each moment that a trigger names is an <a href=\"/handbook/developers/words#occurrence\">occurrence</a>.</p>\n<p>Once a minute the <a href=\"/handbook/developers/words#tick\">tick</a> looks two minutes ahead. It turns the occurrences in that window into rows of <code>runs</code>. The number\nof statements does not depend on the number of stored jobs.</p>\n<p>Each client has one <a href=\"/handbook/developers/words#runner\">runner</a>. It takes the client's runs in order and starts each at its second. The processor reads\nrows and yields <a href=\"/handbook/developers/words#step\">steps</a>. The runner writes each step to the database together with the place to continue from.</p>\n<h2 id=\"every-occurrence-has-one-fate\">Every occurrence has one fate</h2>\n<p>An occurrence either has a run that was executed, or a row that says why it was skipped. Nothing disappears. When many occurrences were\nmissed for the same reason, one row stands for all of them, with its range and their number.</p>\n<p>Three things make this hold:</p>\n<ul>\n<li>A run is unique by job, client, node, planned instant and kind. A tick that happens twice inserts nothing the second time.</li>\n<li>A trigger moves forward in the same batch that inserts its runs, and only if nobody changed the trigger meanwhile.</li>\n<li>Every state of a run that is not an end has a deadline, and the tick looks for runs that have passed theirs.</li>\n</ul>\n<h2 id=\"every-write-happens-once\">Every write happens once</h2>\n<p>A process can be killed at any moment, and an answer from the database can be lost. Two rules keep the data correct:</p>\n<ul>\n<li>A step and its <a href=\"/handbook/developers/words#checkpoint\">checkpoint</a> are one transaction. Either both are in the database or neither is.</li>\n<li>The first statement of that transaction fails if the run's <a href=\"/handbook/developers/words#lease\">lease</a> has moved to another owner, or if the step is already\nin. A process that woke up late therefore writes nothing.</li>\n</ul>\n<p>When the answer to a step is lost, the runner reads the step's number from the checkpoint. It never sends the step again without knowing.</p>\n<p>Mail and requests to other systems cannot be undone. They are <a href=\"/handbook/developers/words#effect\">effects</a>: the intent is written before the call and the\noutcome after it. After a kill between the two, the outcome is <em>unknown</em>. A mail with an unknown outcome is not sent again.</p>\n<h2 id=\"clients-do-not-disturb-each-other\">Clients do not disturb each other</h2>\n<p>Each client has its own runner, and can have its own database. Heavy work needs a <a href=\"/handbook/developers/words#permit\">permit</a>, which lasts for one\n<a href=\"/handbook/developers/words#slice\">slice</a> and then goes to the client that has waited longest. Each statement of a processor is bound to the client of\nits run; a statement without a client is refused before it is sent.</p>\n<h2 id=\"what-it-costs\">What it costs</h2>\n<ul>\n<li>A run that finds nothing to do still costs a claim, a checkpoint and an end in the database. Jobs that poll each minute for many clients\nare expensive. A cheaper way for them (<a href=\"/handbook/developers/words#quiet\">quiet</a>) is planned and not built.</li>\n<li>libSQL writes one transaction at a time per database. Many clients that write at the same moment wait for each other until some of them\nget a database of their own.</li>\n<li>At most once for mail means that a kill can lose the mails in flight. Each of them is recorded with the code <code>delivery_unknown</code>.</li>\n</ul>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "The idea",
    "text": "A learning suite has work that must be done at set times: import people at night, fill target groups, enrol their members, send mails before the office opens. Minutehand starts this work on time, carries it out, and keeps a record of every planned moment."
   },
   {
    "anchor": "from-a-schedule-to-a-result",
    "heading": "From a schedule to a result",
    "text": "An administrator makes a job: a processor, its parameters and a Quartz expression. The job has a trigger for each client that it serves. Each moment that a trigger names is an occurrence.\nOnce a minute the tick looks two minutes ahead. It turns the occurrences in that window into rows of runs. The number of statements does not depend on the number of stored jobs.\nEach client has one runner. It takes the client's runs in order and starts each at its second. The processor reads rows and yields steps. The runner writes each step to the database together with the place to continue from."
   },
   {
    "anchor": "every-occurrence-has-one-fate",
    "heading": "Every occurrence has one fate",
    "text": "An occurrence either has a run that was executed, or a row that says why it was skipped. Nothing disappears. When many occurrences were missed for the same reason, one row stands for all of them, with its range and their number.\nThree things make this hold:\nA run is unique by job, client, node, planned instant and kind. A tick that happens twice inserts nothing the second time.\nA trigger moves forward in the same batch that inserts its runs, and only if nobody changed the trigger meanwhile.\nEvery state of a run that is not an end has a deadline, and the tick looks for runs that have passed theirs."
   },
   {
    "anchor": "every-write-happens-once",
    "heading": "Every write happens once",
    "text": "A process can be killed at any moment, and an answer from the database can be lost. Two rules keep the data correct:\nA step and its checkpoint are one transaction. Either both are in the database or neither is.\nThe first statement of that transaction fails if the run's lease has moved to another owner, or if the step is already in. A process that woke up late therefore writes nothing.\nWhen the answer to a step is lost, the runner reads the step's number from the checkpoint. It never sends the step again without knowing.\nMail and requests to other systems cannot be undone. They are effects: the intent is written before the call and the outcome after it. After a kill between the two, the outcome is unknown. A mail with an unknown outcome is not sent again."
   },
   {
    "anchor": "clients-do-not-disturb-each-other",
    "heading": "Clients do not disturb each other",
    "text": "Each client has its own runner, and can have its own database. Heavy work needs a permit, which lasts for one slice and then goes to the client that has waited longest. Each statement of a processor is bound to the client of its run; a statement without a client is refused before it is sent."
   },
   {
    "anchor": "what-it-costs",
    "heading": "What it costs",
    "text": "A run that finds nothing to do still costs a claim, a checkpoint and an end in the database. Jobs that poll each minute for many clients are expensive. A cheaper way for them (quiet) is planned and not built.\nlibSQL writes one transaction at a time per database. Many clients that write at the same moment wait for each other until some of them get a database of their own.\nAt most once for mail means that a kill can lose the mails in flight. Each of them is recorded with the code delivery_unknown."
   }
  ]
 },
 {
  "path": "developers/house",
  "title": "The house",
  "html": "<p>Each folder below <code>src</code> is a room with one purpose. Rooms import downwards only.</p>\n<h2 id=\"rooms\">Rooms</h2>\n<table>\n<thead>\n<tr>\n<th>Room</th>\n<th>What stands there</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>quartz</code></td>\n<td>Quartz expressions: parse, next fire, words, what may surprise. A library of its own, without any dependency</td>\n</tr>\n<tr>\n<td><code>time</code></td>\n<td>Local days, zones</td>\n</tr>\n<tr>\n<td><code>files</code></td>\n<td>The file store: a bucket, or a folder</td>\n</tr>\n<tr>\n<td><code>store</code></td>\n<td>What steps need in any database: checkpoints, the guard of the lease, effects, migrations</td>\n</tr>\n<tr>\n<td><code>control</code></td>\n<td>Tables of the scheduler and of the configuration, and their queries</td>\n</tr>\n<tr>\n<td><code>learning</code></td>\n<td>Tables of the learning suite, the rule language, erasure, queries that several processors share</td>\n</tr>\n<tr>\n<td><code>connectors</code></td>\n<td>Other systems: mail, HTTP, webhooks, OpenID</td>\n</tr>\n<tr>\n<td><code>processors</code></td>\n<td>The contract, the catalogue, and one file for each processor</td>\n</tr>\n<tr>\n<td><code>scheduler</code></td>\n<td>The clock: due triggers become runs; fates, overdue runs, retention</td>\n</tr>\n<tr>\n<td><code>runner</code></td>\n<td>One client's queue: take, step, commit, retry, cancel</td>\n</tr>\n<tr>\n<td><code>administration</code></td>\n<td>What an administrator does: jobs, clients, settings, pauses, starts, the plan</td>\n</tr>\n<tr>\n<td><code>moving</code></td>\n<td>Moves a client's data into a database of its own, and back</td>\n</tr>\n<tr>\n<td><code>handbook</code></td>\n<td>These pages as Markdown, and the file that the Worker carries</td>\n</tr>\n<tr>\n<td><code>web</code></td>\n<td>The application: the manager's pages, sign-in, words in both languages</td>\n</tr>\n<tr>\n<td><code>demo</code></td>\n<td>The clients of the demo, their night, its mailbox</td>\n</tr>\n<tr>\n<td><code>hosts</code></td>\n<td>Cloudflare, Deno, what both share on Node, and what <code>npm start</code> runs</td>\n</tr>\n</tbody>\n</table>\n<p>SQL migrations stand in <code>drizzle</code>, tests in <code>test</code> in folders of the same names.</p>\n<h2 id=\"who-may-import-what\">Who may import what</h2>\n<pre><code>hosts -&gt; demo -&gt; web -&gt; handbook, administration, moving -&gt; scheduler, runner -&gt; processors\n      -&gt; connectors, learning -&gt; control -&gt; store, files -&gt; time, quartz\n</code></pre>\n<ul>\n<li>A room may import any room to its right, and none to its left. <code>handbook</code> imports no room at all.</li>\n<li>The rules stand in <code>.biome.json</code>; <code>npm run check</code> applies them. A test tries each forbidden direction and expects a refusal.</li>\n<li>No module of these rooms reads the clock, random numbers, the network or the environment, except in <code>demo</code> and <code>hosts</code>. Time and\nrandomness are arguments. That is why the simulation can play a night in a second.</li>\n<li>Platform modules (<code>node:</code>, <code>cloudflare:</code>) are imported by hosts only. <code>node:buffer</code> and <code>node:crypto</code> are allowed where they exist\non every host and give no randomness.</li>\n</ul>\n<h2 id=\"habits\">Habits</h2>\n<ul>\n<li>One noun for each file. Most files have fewer than 300 lines, none more than 500.</li>\n<li>Everything exported has a docstring: what it does, units, defaults, what it throws.</li>\n<li>A comment inside a function says why, not what.</li>\n<li>SQL is written with the <code>sql</code> template. Values are always bound, never pasted into the text.</li>\n<li>An expected outcome is a value. A bug is an error, and an error is a class with a <code>code</code>. No code looks at the text of a message.</li>\n<li>Each text of a page has English and German words, see <a href=\"/handbook/developers/processor#words-in-both-languages\">words for a processor</a>.</li>\n<li>Input is refused as a whole, before anything is written. The message names the field and what to do.</li>\n<li>The time for a request grows no faster than its length. Tests in <code>test/growth</code> measure this.</li>\n</ul>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "The house",
    "text": "Each folder below src is a room with one purpose. Rooms import downwards only."
   },
   {
    "anchor": "rooms",
    "heading": "Rooms",
    "text": "Room\nWhat stands there\nquartz\nQuartz expressions: parse, next fire, words, what may surprise. A library of its own, without any dependency\ntime\nLocal days, zones\nfiles\nThe file store: a bucket, or a folder\nstore\nWhat steps need in any database: checkpoints, the guard of the lease, effects, migrations\ncontrol\nTables of the scheduler and of the configuration, and their queries\nlearning\nTables of the learning suite, the rule language, erasure, queries that several processors share\nconnectors\nOther systems: mail, HTTP, webhooks, OpenID\nprocessors\nThe contract, the catalogue, and one file for each processor\nscheduler\nThe clock: due triggers become runs; fates, overdue runs, retention\nrunner\nOne client's queue: take, step, commit, retry, cancel\nadministration\nWhat an administrator does: jobs, clients, settings, pauses, starts, the plan\nmoving\nMoves a client's data into a database of its own, and back\nhandbook\nThese pages as Markdown, and the file that the Worker carries\nweb\nThe application: the manager's pages, sign-in, words in both languages\ndemo\nThe clients of the demo, their night, its mailbox\nhosts\nCloudflare, Deno, what both share on Node, and what npm start runs\nSQL migrations stand in drizzle, tests in test in folders of the same names."
   },
   {
    "anchor": "who-may-import-what",
    "heading": "Who may import what",
    "text": "hosts -> demo -> web -> handbook, administration, moving -> scheduler, runner -> processors\n      -> connectors, learning -> control -> store, files -> time, quartz\n\nA room may import any room to its right, and none to its left. handbook imports no room at all.\nThe rules stand in .biome.json; npm run check applies them. A test tries each forbidden direction and expects a refusal.\nNo module of these rooms reads the clock, random numbers, the network or the environment, except in demo and hosts. Time and randomness are arguments. That is why the simulation can play a night in a second.\nPlatform modules (node:, cloudflare:) are imported by hosts only. node:buffer and node:crypto are allowed where they exist on every host and give no randomness."
   },
   {
    "anchor": "habits",
    "heading": "Habits",
    "text": "One noun for each file. Most files have fewer than 300 lines, none more than 500.\nEverything exported has a docstring: what it does, units, defaults, what it throws.\nA comment inside a function says why, not what.\nSQL is written with the sql template. Values are always bound, never pasted into the text.\nAn expected outcome is a value. A bug is an error, and an error is a class with a code. No code looks at the text of a message.\nEach text of a page has English and German words, see words for a processor.\nInput is refused as a whole, before anything is written. The message names the field and what to do.\nThe time for a request grows no faster than its length. Tests in test/growth measure this."
   }
  ]
 },
 {
  "path": "developers/processor",
  "title": "How to write a processor",
  "html": "<p>This is the whole way from an empty file to a green build. Read <a href=\"/handbook/developers/contract\">the contract</a> first, or beside it.</p>\n<h2 id=\"the-example\">The example</h2>\n<p>It is the example of <code>README.md</code>, and the tests run it. It releases planned courses shortly before they start.</p>\n<pre><code class=\"language-ts\">// src/processors/courses/PlannedCoursesToReleased.ts\nimport { sql } from &quot;drizzle-orm&quot;;\nimport { z } from &quot;zod&quot;;\nimport { addDays, startOfDay } from &quot;../../time/day.ts&quot;;\nimport { indexChange } from &quot;../../learning/index-changes.ts&quot;;\nimport { auditChange } from &quot;../../store/audit.ts&quot;;\nimport { thisClient } from &quot;../../store/statement.ts&quot;;\nimport { defineProcessor } from &quot;../contract.ts&quot;;\n\n// Validates on save, draws the form, and is the only place that knows a parameter.\nconst parameters = z.strictObject({\n  daysAhead: z.int().min(0).max(365).default(14).describe(&quot;Release courses that start within so many days&quot;),\n});\n\n// Its counters beyond scanned, changed, skipped and failed. Counting under another name does not compile.\nconst counts = [&quot;released&quot;] as const;\ntype Count = (typeof counts)[number];\n\n/** Releases planned courses shortly before they start. */\nexport const PlannedCoursesToReleased = defineProcessor&lt;typeof parameters, { after: number }, Count&gt;({\n  id: &quot;PlannedCoursesToReleased&quot;, // what administrators know it by\n  group: &quot;courses&quot;,\n  title: &quot;Release planned courses&quot;, // what pages call it; its German, like the summary's, is in src/web/words/catalogue.de.ts\n  summary: &quot;Releases planned courses shortly before they start.&quot;,\n  scope: &quot;client&quot;, // a trigger for each client; or &quot;node&quot;, &quot;global&quot;\n  store: &quot;learning&quot;, // where its writes and its checkpoint live\n  load: &quot;light&quot;, // &quot;heavy&quot;: one at a time for a client, a few for a database\n  suggestedCron: &quot;0 40 0 * * ?&quot;,\n  after: [], // processors that it waits for when they are queued or running\n  dryRun: &quot;exact&quot;,\n  parameters,\n  counts,\n  // Reads and yields; never writes. Time comes in: `today` is the run's local day, `now` the instant of its first start.\n  async *run({ rows, now, today, timeZone, parameters: { daysAhead, chunkSize }, cursor }) {\n    const until = startOfDay(addDays(today, daysAhead + 1), timeZone);\n    let after = cursor?.after ?? 0; // where an earlier slice stopped\n    for (;;) {\n      const courses = await rows.all&lt;{ id: number }&gt;(sql`SELECT id FROM components\n        WHERE client_id = ${thisClient} AND +id &gt; ${after} AND kind = 'course' AND planning_status = 'planned'\n          AND start_at &gt;= ${now} AND start_at &lt; ${until}\n        ORDER BY +id LIMIT ${chunkSize}`);\n      const last = courses.at(-1);\n      if (!last) return undefined; // ends as ok, no_action or partial, by what was counted\n      after = last.id;\n      yield {\n        units: courses.map(({ id }) =&gt; ({\n          ref: `course:${id}`, // stands or falls by itself\n          writes: [\n            // Guarded: a course that somebody changed meanwhile is left alone and counts as skipped.\n            sql`UPDATE components SET planning_status = 'released', updated_at = ${now}\n              WHERE client_id = ${thisClient} AND id = ${id} AND planning_status = 'planned'`,\n            auditChange({ entity: &quot;component&quot;, entityId: id, action: &quot;release&quot;, at: now }),\n            indexChange(&quot;component&quot;, id, &quot;upsert&quot;, now),\n          ],\n          counts: { released: 1 }, // added if the unit changed something\n        })),\n        cursor: { after },\n      };\n    }\n  },\n});\n</code></pre>\n<h2 id=\"step-by-step\">Step by step</h2>\n<ol>\n<li><strong>The file.</strong> Write <code>src/processors/&lt;group&gt;/&lt;Id&gt;.ts</code>. The file has the processor's id as its name. Name <code>thisClient</code> in each\nstatement; one without it is refused.</li>\n<li><strong>The catalogue.</strong> Its id stands in <code>src/processors/ids.ts</code>, where all 79 are listed; another one does not compile. Add the processor to\n<code>src/processors/all.ts</code>. It now has a form, a schedule, a dry run, a log and a page.</li>\n<li><strong>The words.</strong> See <a href=\"/handbook/developers/processor#words-in-both-languages\">below</a>. <code>test/web/words.test.ts</code> lists what is missing.</li>\n<li><strong>The scenario.</strong> Write <code>test/conformance/scenarios/&lt;Id&gt;.ts</code> and list it in <code>test/conformance/scenarios.ts</code>. See\n<a href=\"/handbook/developers/scenario\">how to run one scenario</a>.</li>\n<li><strong>Its own tests.</strong> Write <code>test/processors/&lt;group&gt;/&lt;Id&gt;.test.ts</code> for the rules that are its own: limits, time zones, what is left alone.\n<code>test/processors/stage.ts</code> sets the scene.</li>\n<li><strong>Check.</strong> <code>npm run check</code>, then <code>npm test</code>.</li>\n</ol>\n<h2 id=\"words-in-both-languages\">Words in both languages</h2>\n<table>\n<thead>\n<tr>\n<th>What</th>\n<th>Where its German stands</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>The <code>title</code>, the <code>summary</code>, and each parameter's <code>.describe()</code> text</td>\n<td><code>src/web/words/catalogue.de.ts</code></td>\n</tr>\n<tr>\n<td>The label of each parameter (<code>daysAhead</code> is shown as <code>Days ahead</code>)</td>\n<td><code>src/web/words/labels.de.ts</code></td>\n</tr>\n<tr>\n<td>What a failure's <code>code</code> means</td>\n<td><code>src/web/admin/runs/failure-words.ts</code>, and its German in <code>src/web/words/failures.de.ts</code></td>\n</tr>\n<tr>\n<td>What a <code>RunFailure</code>'s code means, and what to do</td>\n<td><code>src/web/admin/parts/run-reason.ts</code>, and its German in <code>src/web/words/failures.de.ts</code> or <code>runs.de.ts</code></td>\n</tr>\n</tbody>\n</table>\n<p>The message of a failure and lines of the log stay English; the page marks them so. Reuse an existing code if it means the same.</p>\n<h2 id=\"a-query-that-stays-fast\">A query that stays fast</h2>\n<p>Read through an index, a page at a time. The scenario counts statements beside 500 rows that do not matter. If SQLite prefers the primary\nkey to the index that you want, write <code>+id</code> in the condition, as the example does.</p>\n<h2 id=\"audit-and-search-index\">Audit and search index</h2>\n<p>Each change that a person can see gets an <code>auditChange</code> directly behind its write, with the changed columns only. A change of something\nthat can be searched (people, components) also gets an <code>indexChange</code> behind the audit entry. Both are written only when the row changed.</p>\n<h2 id=\"if-it-needs-a-setting\">If it needs a setting</h2>\n<p>Define it in <code>src/control/clients/setting-definitions.ts</code> with a zod schema and a default, and read it with\n<code>configuration.read(settings.name)</code>: the value has the schema's type. A stored value that the schema refuses ends the run as failed with\n<code>invalid_configuration</code>; the message names the setting and what it must be. Nothing has to be checked.</p>\n<h2 id=\"if-it-calls-a-remote-service\">If it calls a remote service</h2>\n<p>Describe the service in <code>src/connectors/kinds/&lt;kind&gt;.ts</code> and list it in <code>src/connectors/kinds.ts</code>. For a JSON interface that is one\n<code>apiKind({ ... })</code>: configuration, secret, base address, the headers that let a request in, and how a token is asked for. A run opens it:</p>\n<pre><code class=\"language-ts\">const service = await connectors.open(webex);\nif (!service) return noAction(&quot;The client has no active connector of kind webex&quot;);\nconst course = await service.json({ path: `courses/${id}` }, courseSchema);\nfor await (const { page, next } of service.pages({ path: &quot;courses&quot; }, pageSchema, nextPage)) yield { units: …, cursor: { next } };\n</code></pre>\n<p>Tries, waiting, the refresh of a token, limits of time and size, and the health on the connector's row are done there. An error of it says\nby itself how a run ends: <strong>never catch one to make a <code>RunFailure</code> of it</strong>. Within <code>unitOf</code> an error that concerns one row (refused, not\nreadable, one of the first four requests in a row without an answer) fails that row; the fifth ends the run as <code>remote_unavailable</code>,\nwhich is tried again from the checkpoint by the job's policy.</p>\n<h2 id=\"if-it-needs-a-new-table-or-column\">If it needs a new table or column</h2>\n<ol>\n<li>Edit the schema in <code>src/learning/schema</code>, then <code>npm run migrations</code>. Commit the result together. Never edit an old migration.</li>\n<li>Decide about erasure: each column of text must have a decision, and each table must be bound to a person or say why not\n(<code>src/learning/erasure/tables.ts</code>, <code>bindings.ts</code>). <code>test/learning/erasure/facts.test.ts</code> names what is missing.</li>\n<li>Give it a column <code>client_id</code> (or <code>run_id</code>), and no column of bytes. Its rows then move with their client to another database without\nfurther code; a table that cannot be moved is refused with its name.</li>\n</ol>\n<h2 id=\"if-it-sends-mail\">If it sends mail</h2>\n<p>Create rows in <code>messages</code> with <code>created_run_id</code>, and end with <code>yield* deliver(context)</code>. Mail is sent at most once. A mail that was in\nflight during a kill is recorded with <code>delivery_unknown</code> and is not sent again.</p>\n<h2 id=\"if-it-reads-files\">If it reads files</h2>\n<p>Use <code>importFiles</code>. It takes the files in order, writes a result file beside each, and moves it away. A file that cannot be read does not\nblock the files behind it. <code>UserImport</code> is the example.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "How to write a processor",
    "text": "This is the whole way from an empty file to a green build. Read the contract first, or beside it."
   },
   {
    "anchor": "the-example",
    "heading": "The example",
    "text": "It is the example of README.md, and the tests run it. It releases planned courses shortly before they start.\n// src/processors/courses/PlannedCoursesToReleased.ts\nimport { sql } from \"drizzle-orm\";\nimport { z } from \"zod\";\nimport { addDays, startOfDay } from \"../../time/day.ts\";\nimport { indexChange } from \"../../learning/index-changes.ts\";\nimport { auditChange } from \"../../store/audit.ts\";\nimport { thisClient } from \"../../store/statement.ts\";\nimport { defineProcessor } from \"../contract.ts\";\n\n// Validates on save, draws the form, and is the only place that knows a parameter.\nconst parameters = z.strictObject({\n  daysAhead: z.int().min(0).max(365).default(14).describe(\"Release courses that start within so many days\"),\n});\n\n// Its counters beyond scanned, changed, skipped and failed. Counting under another name does not compile.\nconst counts = [\"released\"] as const;\ntype Count = (typeof counts)[number];\n\n/** Releases planned courses shortly before they start. */\nexport const PlannedCoursesToReleased = defineProcessor<typeof parameters, { after: number }, Count>({\n  id: \"PlannedCoursesToReleased\", // what administrators know it by\n  group: \"courses\",\n  title: \"Release planned courses\", // what pages call it; its German, like the summary's, is in src/web/words/catalogue.de.ts\n  summary: \"Releases planned courses shortly before they start.\",\n  scope: \"client\", // a trigger for each client; or \"node\", \"global\"\n  store: \"learning\", // where its writes and its checkpoint live\n  load: \"light\", // \"heavy\": one at a time for a client, a few for a database\n  suggestedCron: \"0 40 0 * * ?\",\n  after: [], // processors that it waits for when they are queued or running\n  dryRun: \"exact\",\n  parameters,\n  counts,\n  // Reads and yields; never writes. Time comes in: `today` is the run's local day, `now` the instant of its first start.\n  async *run({ rows, now, today, timeZone, parameters: { daysAhead, chunkSize }, cursor }) {\n    const until = startOfDay(addDays(today, daysAhead + 1), timeZone);\n    let after = cursor?.after ?? 0; // where an earlier slice stopped\n    for (;;) {\n      const courses = await rows.all<{ id: number }>(sql`SELECT id FROM components\n        WHERE client_id = ${thisClient} AND +id > ${after} AND kind = 'course' AND planning_status = 'planned'\n          AND start_at >= ${now} AND start_at < ${until}\n        ORDER BY +id LIMIT ${chunkSize}`);\n      const last = courses.at(-1);\n      if (!last) return undefined; // ends as ok, no_action or partial, by what was counted\n      after = last.id;\n      yield {\n        units: courses.map(({ id }) => ({\n          ref: `course:${id}`, // stands or falls by itself\n          writes: [\n            // Guarded: a course that somebody changed meanwhile is left alone and counts as skipped.\n            sql`UPDATE components SET planning_status = 'released', updated_at = ${now}\n              WHERE client_id = ${thisClient} AND id = ${id} AND planning_status = 'planned'`,\n            auditChange({ entity: \"component\", entityId: id, action: \"release\", at: now }),\n            indexChange(\"component\", id, \"upsert\", now),\n          ],\n          counts: { released: 1 }, // added if the unit changed something\n        })),\n        cursor: { after },\n      };\n    }\n  },\n});"
   },
   {
    "anchor": "step-by-step",
    "heading": "Step by step",
    "text": "The file. Write src/processors/<group>/<Id>.ts. The file has the processor's id as its name. Name thisClient in each statement; one without it is refused.\nThe catalogue. Its id stands in src/processors/ids.ts, where all 79 are listed; another one does not compile. Add the processor to src/processors/all.ts. It now has a form, a schedule, a dry run, a log and a page.\nThe words. See below. test/web/words.test.ts lists what is missing.\nThe scenario. Write test/conformance/scenarios/<Id>.ts and list it in test/conformance/scenarios.ts. See how to run one scenario.\nIts own tests. Write test/processors/<group>/<Id>.test.ts for the rules that are its own: limits, time zones, what is left alone. test/processors/stage.ts sets the scene.\nCheck. npm run check, then npm test."
   },
   {
    "anchor": "words-in-both-languages",
    "heading": "Words in both languages",
    "text": "What\nWhere its German stands\nThe title, the summary, and each parameter's .describe() text\nsrc/web/words/catalogue.de.ts\nThe label of each parameter (daysAhead is shown as Days ahead)\nsrc/web/words/labels.de.ts\nWhat a failure's code means\nsrc/web/admin/runs/failure-words.ts, and its German in src/web/words/failures.de.ts\nWhat a RunFailure's code means, and what to do\nsrc/web/admin/parts/run-reason.ts, and its German in src/web/words/failures.de.ts or runs.de.ts\nThe message of a failure and lines of the log stay English; the page marks them so. Reuse an existing code if it means the same."
   },
   {
    "anchor": "a-query-that-stays-fast",
    "heading": "A query that stays fast",
    "text": "Read through an index, a page at a time. The scenario counts statements beside 500 rows that do not matter. If SQLite prefers the primary key to the index that you want, write +id in the condition, as the example does."
   },
   {
    "anchor": "audit-and-search-index",
    "heading": "Audit and search index",
    "text": "Each change that a person can see gets an auditChange directly behind its write, with the changed columns only. A change of something that can be searched (people, components) also gets an indexChange behind the audit entry. Both are written only when the row changed."
   },
   {
    "anchor": "if-it-needs-a-setting",
    "heading": "If it needs a setting",
    "text": "Define it in src/control/clients/setting-definitions.ts with a zod schema and a default, and read it with configuration.read(settings.name): the value has the schema's type. A stored value that the schema refuses ends the run as failed with invalid_configuration; the message names the setting and what it must be. Nothing has to be checked."
   },
   {
    "anchor": "if-it-calls-a-remote-service",
    "heading": "If it calls a remote service",
    "text": "Describe the service in src/connectors/kinds/<kind>.ts and list it in src/connectors/kinds.ts. For a JSON interface that is one apiKind({ ... }): configuration, secret, base address, the headers that let a request in, and how a token is asked for. A run opens it:\nconst service = await connectors.open(webex);\nif (!service) return noAction(\"The client has no active connector of kind webex\");\nconst course = await service.json({ path: `courses/${id}` }, courseSchema);\nfor await (const { page, next } of service.pages({ path: \"courses\" }, pageSchema, nextPage)) yield { units: …, cursor: { next } };\n\nTries, waiting, the refresh of a token, limits of time and size, and the health on the connector's row are done there. An error of it says by itself how a run ends: never catch one to make a RunFailure of it. Within unitOf an error that concerns one row (refused, not readable, one of the first four requests in a row without an answer) fails that row; the fifth ends the run as remote_unavailable, which is tried again from the checkpoint by the job's policy."
   },
   {
    "anchor": "if-it-needs-a-new-table-or-column",
    "heading": "If it needs a new table or column",
    "text": "Edit the schema in src/learning/schema, then npm run migrations. Commit the result together. Never edit an old migration.\nDecide about erasure: each column of text must have a decision, and each table must be bound to a person or say why not (src/learning/erasure/tables.ts, bindings.ts). test/learning/erasure/facts.test.ts names what is missing.\nGive it a column client_id (or run_id), and no column of bytes. Its rows then move with their client to another database without further code; a table that cannot be moved is refused with its name."
   },
   {
    "anchor": "if-it-sends-mail",
    "heading": "If it sends mail",
    "text": "Create rows in messages with created_run_id, and end with yield* deliver(context). Mail is sent at most once. A mail that was in flight during a kill is recorded with delivery_unknown and is not sent again."
   },
   {
    "anchor": "if-it-reads-files",
    "heading": "If it reads files",
    "text": "Use importFiles. It takes the files in order, writes a result file beside each, and moves it away. A file that cannot be read does not block the files behind it. UserImport is the example."
   }
  ]
 },
 {
  "path": "developers/scenario",
  "title": "How to run one scenario",
  "html": "<p>A scenario tells the conformance suite what it has to know about one processor: rows to work on, parameters, and how a run ends. The suite\nthen disturbs the processor in every way that it knows.</p>\n<h2 id=\"the-command\">The command</h2>\n<pre><code class=\"language-sh\">npx vitest run --config test/vitest.config.ts --project node test/conformance -t ExpiredCoursesToCompleted\n</code></pre>\n<p>The word behind <code>-t</code> is the processor's id. A small processor takes a few seconds. Without <code>-t</code> the suite takes minutes.</p>\n<h2 id=\"what-a-scenario-says\">What a scenario says</h2>\n<p>It stands in <code>test/conformance/scenarios/&lt;Id&gt;.ts</code> and is listed in <code>test/conformance/scenarios.ts</code>.</p>\n<table>\n<thead>\n<tr>\n<th>Field</th>\n<th>Meaning</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>processor</code></td>\n<td>The processor</td>\n</tr>\n<tr>\n<td><code>parameters</code></td>\n<td>Parameters of the job. Choose a small <code>chunkSize</code>, so that the run has several steps</td>\n</tr>\n<tr>\n<td><code>badParameters</code></td>\n<td>Parameters that must be refused when the job is saved, each with the field that the message names</td>\n</tr>\n<tr>\n<td><code>nodeId</code></td>\n<td>The node that the run is for; only for processors of scope <code>node</code></td>\n</tr>\n<tr>\n<td><code>seed</code></td>\n<td>Puts the same work on the stage for client 1 and client 2, and <code>bystanders</code> rows that must not matter</td>\n</tr>\n<tr>\n<td><code>ports</code></td>\n<td>Connectors and other things the run needs from outside</td>\n</tr>\n<tr>\n<td><code>ends</code></td>\n<td>The state in which an undisturbed run ends. Default <code>ok</code></td>\n</tr>\n<tr>\n<td><code>again</code></td>\n<td>The state of a second run. Default <code>no_action</code></td>\n</tr>\n<tr>\n<td><code>volatile</code></td>\n<td>Columns that may differ after an interruption, as <code>table.column</code>: random tokens, times</td>\n</tr>\n<tr>\n<td><code>comparable</code></td>\n<td>Makes results comparable where a difference is allowed, as for mail. Leave it out if you can</td>\n</tr>\n</tbody>\n</table>\n<h2 id=\"what-is-tested-with-it\">What is tested with it</h2>\n<ol>\n<li>The run does its work, and no row of client 2 changes.</li>\n<li>A dry run changes nothing, and counts what a real run would change.</li>\n<li>A second run changes nothing more.</li>\n<li>Killed before or after a write, and taken up again, it leaves what an undisturbed run leaves, with the same counts.</li>\n<li>The same when the answer to a write is lost.</li>\n<li>An owner whose lease was taken writes nothing.</li>\n<li>Each of the bad parameters is refused and named.</li>\n<li>The number of statements is the same beside 500 rows that do not concern it.</li>\n</ol>\n<h2 id=\"when-it-fails\">When it fails</h2>\n<ul>\n<li><em>Another client's rows changed</em>: a statement reaches rows by an id alone. Name <code>thisClient</code> in the condition too.</li>\n<li><em>Killed, and the result differs</em>: something was remembered in memory between two steps. Put it into the cursor.</li>\n<li><em>The second run changes something</em>: the query finds rows that are done already. Make the condition exclude them.</li>\n<li><em>A dry run counts more or less</em>: a later step reads what an earlier step wrote. Declare <code>lower_bound</code> if that cannot be avoided.</li>\n<li><em>More statements beside 500 rows</em>: the query reads the bystanders. Look at its plan and its index.</li>\n</ul>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "How to run one scenario",
    "text": "A scenario tells the conformance suite what it has to know about one processor: rows to work on, parameters, and how a run ends. The suite then disturbs the processor in every way that it knows."
   },
   {
    "anchor": "the-command",
    "heading": "The command",
    "text": "npx vitest run --config test/vitest.config.ts --project node test/conformance -t ExpiredCoursesToCompleted\n\nThe word behind -t is the processor's id. A small processor takes a few seconds. Without -t the suite takes minutes."
   },
   {
    "anchor": "what-a-scenario-says",
    "heading": "What a scenario says",
    "text": "It stands in test/conformance/scenarios/<Id>.ts and is listed in test/conformance/scenarios.ts.\nField\nMeaning\nprocessor\nThe processor\nparameters\nParameters of the job. Choose a small chunkSize, so that the run has several steps\nbadParameters\nParameters that must be refused when the job is saved, each with the field that the message names\nnodeId\nThe node that the run is for; only for processors of scope node\nseed\nPuts the same work on the stage for client 1 and client 2, and bystanders rows that must not matter\nports\nConnectors and other things the run needs from outside\nends\nThe state in which an undisturbed run ends. Default ok\nagain\nThe state of a second run. Default no_action\nvolatile\nColumns that may differ after an interruption, as table.column: random tokens, times\ncomparable\nMakes results comparable where a difference is allowed, as for mail. Leave it out if you can"
   },
   {
    "anchor": "what-is-tested-with-it",
    "heading": "What is tested with it",
    "text": "The run does its work, and no row of client 2 changes.\nA dry run changes nothing, and counts what a real run would change.\nA second run changes nothing more.\nKilled before or after a write, and taken up again, it leaves what an undisturbed run leaves, with the same counts.\nThe same when the answer to a write is lost.\nAn owner whose lease was taken writes nothing.\nEach of the bad parameters is refused and named.\nThe number of statements is the same beside 500 rows that do not concern it."
   },
   {
    "anchor": "when-it-fails",
    "heading": "When it fails",
    "text": "Another client's rows changed: a statement reaches rows by an id alone. Name thisClient in the condition too.\nKilled, and the result differs: something was remembered in memory between two steps. Put it into the cursor.\nThe second run changes something: the query finds rows that are done already. Make the condition exclude them.\nA dry run counts more or less: a later step reads what an earlier step wrote. Declare lower_bound if that cannot be avoided.\nMore statements beside 500 rows: the query reads the bystanders. Look at its plan and its index."
   }
  ]
 },
 {
  "path": "developers/runner",
  "title": "The tick and the runner",
  "html": "<p>Two parts work without anybody looking: the tick plans runs, and the runners carry them out. Which time they believe stands in <a href=\"/handbook/developers/clocks\">Clocks</a>.</p>\n<h2 id=\"the-tick\">The tick</h2>\n<p>Once a minute the tick reads the triggers that are due within two minutes and the runs that are overdue, in one batch. It computes each\ntrigger's occurrences, and what the job's misfire policy makes of late ones. One write batch for each page of up to 1,000 triggers inserts the runs and\nmoves the triggers, under the condition that nobody changed the trigger meanwhile. What does not fit goes on in the next alarm, oldest\nfirst. Then the runners concerned are woken, once each; a wake-up that is lost is made good by the next tick.</p>\n<p>At the edge a Cron Trigger pokes the object <code>Clock</code> each minute, and the object sets its own alarm 75 s ahead, so that either of the two is enough.</p>\n<h2 id=\"editing-a-job\">Editing a job</h2>\n<p>Occurrences that came due before an edit, a pause or a deletion get their fates first, by the old schedule. Then the planned runs of the future go, the trigger's revision rises, and its\nnext fire is computed from now. These are one batch.</p>\n<h2 id=\"policies\">Policies</h2>\n<p>What an administrator decides about a job beyond its schedule: what happens to late occurrences (<code>once</code>, <code>skip</code>, <code>all</code>, each with &quot;not later than&quot;), what happens when the job is still at work, how it is\nretried, how long it may take, and whether it follows another job.</p>\n<h2 id=\"a-runner\">A runner</h2>\n<p>Each client has one runner, and the platform one of its own. At the edge it is a Durable Object whose alarm is a loop: it starts light runs at their second beside a heavy one, looks around between two steps, and leaves after ten minutes\nat most. A new one takes over at once by raising the lease. Elsewhere it is a loop in a process; another owner counts as dead when lease, step and sign of life stayed unchanged for 45 s.</p>\n<h2 id=\"judging-a-run\">Judging a run</h2>\n<p>Each time a run could start, these are asked in this order: is its client active, and nothing stopped or paused; is it too late; is an earlier run of the same job still open\n(<code>skip</code>, <code>queue_one</code>, <code>queue_all</code>, <code>cancel_running</code>, <code>allow</code>); does a run that it must come behind still wait or work (then it waits, 60 minutes at most); is there room.\nTwo jobs of one processor never work together for a client unless both allow it.</p>\n<h2 id=\"permits\">Permits</h2>\n<p>Light runs of a client work side by side. Heavy ones go one at a time for a client, and at most <code>maxConcurrentHeavyRuns</code> for a database. A permit lasts for one slice, is asked for last, and goes to the client that has waited\nlongest. Nothing is skipped for load unless the job says &quot;not later than&quot;.</p>\n<h2 id=\"slices\">Slices</h2>\n<p>A run works for 20 s at a time, and for a bounded number of calls, then goes on from its checkpoint. Nothing may depend on memory between two slices. A run may take 6 hours in all unless the\njob says otherwise.</p>\n<h2 id=\"where-it-runs\">Where it runs</h2>\n<ul>\n<li><em>Cloudflare Workers</em>: a Worker with a Cron Trigger, Durable Objects for runners, clock, nodes and password checks, R2 for files, libSQL over HTTP. A password check takes more CPU time than a Worker of the free plan has, so it runs in an object.</li>\n<li><em>Deno</em>: the same app with timers and leased loops, files in a folder, libSQL from a file or over HTTP.</li>\n</ul>\n<p>An alarm that is set to &quot;now&quot; while one works can stand still, so the next one is set a millisecond ahead. An alarm comes at least once and is given up after six failures, so its handler catches everything and sets the next. An object is the only\none of its name only when it starts: what protects data is the lease in the database.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "The tick and the runner",
    "text": "Two parts work without anybody looking: the tick plans runs, and the runners carry them out. Which time they believe stands in Clocks."
   },
   {
    "anchor": "the-tick",
    "heading": "The tick",
    "text": "Once a minute the tick reads the triggers that are due within two minutes and the runs that are overdue, in one batch. It computes each trigger's occurrences, and what the job's misfire policy makes of late ones. One write batch for each page of up to 1,000 triggers inserts the runs and moves the triggers, under the condition that nobody changed the trigger meanwhile. What does not fit goes on in the next alarm, oldest first. Then the runners concerned are woken, once each; a wake-up that is lost is made good by the next tick.\nAt the edge a Cron Trigger pokes the object Clock each minute, and the object sets its own alarm 75 s ahead, so that either of the two is enough."
   },
   {
    "anchor": "editing-a-job",
    "heading": "Editing a job",
    "text": "Occurrences that came due before an edit, a pause or a deletion get their fates first, by the old schedule. Then the planned runs of the future go, the trigger's revision rises, and its next fire is computed from now. These are one batch."
   },
   {
    "anchor": "policies",
    "heading": "Policies",
    "text": "What an administrator decides about a job beyond its schedule: what happens to late occurrences (once, skip, all, each with \"not later than\"), what happens when the job is still at work, how it is retried, how long it may take, and whether it follows another job."
   },
   {
    "anchor": "a-runner",
    "heading": "A runner",
    "text": "Each client has one runner, and the platform one of its own. At the edge it is a Durable Object whose alarm is a loop: it starts light runs at their second beside a heavy one, looks around between two steps, and leaves after ten minutes at most. A new one takes over at once by raising the lease. Elsewhere it is a loop in a process; another owner counts as dead when lease, step and sign of life stayed unchanged for 45 s."
   },
   {
    "anchor": "judging-a-run",
    "heading": "Judging a run",
    "text": "Each time a run could start, these are asked in this order: is its client active, and nothing stopped or paused; is it too late; is an earlier run of the same job still open (skip, queue_one, queue_all, cancel_running, allow); does a run that it must come behind still wait or work (then it waits, 60 minutes at most); is there room. Two jobs of one processor never work together for a client unless both allow it."
   },
   {
    "anchor": "permits",
    "heading": "Permits",
    "text": "Light runs of a client work side by side. Heavy ones go one at a time for a client, and at most maxConcurrentHeavyRuns for a database. A permit lasts for one slice, is asked for last, and goes to the client that has waited longest. Nothing is skipped for load unless the job says \"not later than\"."
   },
   {
    "anchor": "slices",
    "heading": "Slices",
    "text": "A run works for 20 s at a time, and for a bounded number of calls, then goes on from its checkpoint. Nothing may depend on memory between two slices. A run may take 6 hours in all unless the job says otherwise."
   },
   {
    "anchor": "where-it-runs",
    "heading": "Where it runs",
    "text": "Cloudflare Workers: a Worker with a Cron Trigger, Durable Objects for runners, clock, nodes and password checks, R2 for files, libSQL over HTTP. A password check takes more CPU time than a Worker of the free plan has, so it runs in an object.\nDeno: the same app with timers and leased loops, files in a folder, libSQL from a file or over HTTP.\nAn alarm that is set to \"now\" while one works can stand still, so the next one is set a millisecond ahead. An alarm comes at least once and is given up after six failures, so its handler catches everything and sets the next. An object is the only one of its name only when it starts: what protects data is the lease in the database."
   }
  ]
 },
 {
  "path": "developers/data",
  "title": "Data",
  "html": "<p>What the tables hold and what their words mean. The columns stand in <code>src/learning/schema</code> and <code>src/control/schema</code>; this page says what no\ncolumn can say. Every learning row has a <code>client_id</code>, and a processor reads only its own client's rows.</p>\n<h2 id=\"days-and-instants\">Days and instants</h2>\n<p>An instant is a number of milliseconds since 1970 in UTC, in a column that ends in <code>_at</code>. A day is text such as <code>2026-03-02</code>, without a zone, in\na column that ends in <code>_on</code>. A day is past if it lies before the run's day, and reached if it does not lie behind it. The day of an instant is its local\nday in the client's zone; a component with a zone of its own uses that for its start and end. Adding months stays within the month: 31 January and one month is 28 or 29 February.</p>\n<h2 id=\"platform\">Platform</h2>\n<p><code>processor_state</code> keeps watermarks and marks of processors. <code>audit_log</code> says who changed what: each change that a run or an\nadministrator made to a person, registration, component, group, order, connector, job or setting. <code>webhook_events</code> keeps deliveries of shops and services, each\nonce, until a processor has dealt with them. <code>update_steps</code> are the steps of a release's update.</p>\n<h2 id=\"clients-and-configuration\">Clients and configuration</h2>\n<p>A client is a tenant with its zone, language and rules for deletion and deactivation. A setting is looked up for the client, then for all; a setting without\na value is not the same as 0. Meta tags mark components: their numbers are those by which administrators know them. A connector is an account with\na remote service. Texts are wordings by key and locale, numbered by a version that only grows.</p>\n<h2 id=\"people\">People</h2>\n<p>A person has a username that is unique in the client whatever its case, a status (<code>active</code>, <code>passive</code>, <code>inactive</code>, <code>deleted</code>) and, when passive, a reason: missing from\na complete list, taken out by an import, terminated, unused, to be deleted, or an administrator. Groups are of four kinds: organisation, group, target group (with a rule) and job\nprofile. A membership names its source; a person is a member if one row of any source exists. <code>erased_people</code> keeps only hashes of the keys of people who were deleted, so that no import brings them back.\n<code>person_sessions</code>, <code>online_user_stats</code>, <code>license_limits</code> and <code>person_searches</code> say who was signed in, how many, how many may be, and what is searched for.</p>\n<h2 id=\"content\">Content</h2>\n<p><code>components</code> are what a person can be registered on: templates, courses and learning paths. A course can have a template. <code>planning_status</code> goes from <code>planned</code> over <code>released</code> and <code>fixed</code> to <code>completed</code>\nor <code>cancelled</code>. The syllabus is a tree of folders, media and components; an item that is taken out is marked with <code>removed_at</code> and never deleted, since progress names it.\n<code>structure_version</code> rises with each publication of a changed syllabus. <code>media</code> can be played, read or sat, in versions. <code>files</code> are objects of the store by key. Equivalence rules make other components count as done\n(<code>coverage_entries</code>).</p>\n<h2 id=\"enrolment\">Enrolment</h2>\n<p>A registration is a person on a component, once for each cycle. Its status is open (<code>requested</code>, <code>waiting_list</code>, <code>personal_syllabus</code>, <code>booked</code>, <code>in_progress</code>), successful (<code>completed</code>, <code>passed</code>) or closed without success (<code>failed</code>,\n<code>cancelled</code>). Other systems know the statuses by numbers: 1 to 5, 10 to 13 in that order, which stand in names of certificate files. Courses end as passed or failed, learning paths as completed.\nEnrolment rules enrol the members of a group; exceptions include or exclude single people. A recertification section is a folder of a learning path that falls due again and again; a period is one round of it.</p>\n<h2 id=\"when-a-registration-changes\">When a registration changes</h2>\n<p>One place (<code>src/learning/enrolment</code>) moves registrations, for processors and pages alike. It writes the status if it is still the one that was read, dates the next cycle, and tells the audit trail and the search indexes.\nA freed place goes to the person who has waited longest. A success counts from the instant at which the work was done.</p>\n<h2 id=\"learning-records\">Learning records</h2>\n<p><code>item_progress</code> is how far a registration is with an item; <code>attempts</code> and <code>cmi_data</code> what a SCORM package keeps; the AICC monitor what AICC content asked and was told; <code>xapi_auth_tokens</code> tokens of launches, as hashes.\n<code>tracking_events</code> are compressed into <code>tracking_daily</code>, where an id of 0 says &quot;none&quot;. <code>exercise_submissions</code> are a team's work and its correction.</p>\n<h2 id=\"skills-and-certificates\">Skills and certificates</h2>\n<p>A skill has levels, granted by completing components (<code>skill_grants</code>), wanted by job profiles (<code>profile_skills</code>), reached by achievements, and held by people. A certification gathers points or hours in periods; each source counts once in a period.\nAn issued certificate names the registration's status by its number and outlives the registration.</p>\n<h2 id=\"communication-and-reports\">Communication and reports</h2>\n<p>A notification rule tells an audience a number of days before or after an anchor day. <code>messages</code> is the mail monitor: each row names the run that created it, and the person whom it is about where that is another one. A key (<code>dedupe_key</code>) makes a message unique on its channel.\nThere are six reports; a subscription says who gets which of them on which days and in which format. A call from outside is known by the hash of its token.</p>\n<h2 id=\"catalogue-search-and-commerce\">Catalogue, search and commerce</h2>\n<p><code>index_changes</code> is appended by every write of something that can be searched; an index remembers the last change that it holds. Rows that every index has passed go, and rows older than 30 days go in any case.\n<code>catalogue_items</code> are folders and offers, with what a shop sells them as. <code>orders</code> are purchases; amounts are in the currency's smallest unit.</p>\n<h2 id=\"classrooms-and-imports\">Classrooms and imports</h2>\n<p>Virtual classrooms have templates, accounts, sessions and attendance, and scores of LTI tools. An import configuration says where files lie and how they are read. <code>import_seen</code> keeps the keys of the file under work. <code>avetmiss_activities</code> are results in the form of the Australian standard.</p>\n<h2 id=\"the-rule-language\">The rule language</h2>\n<p>Target groups, prerequisites, unlock rules and filters use one language: <code>all</code>, <code>any</code>, <code>not</code>, <code>atLeast</code>, and tests on attributes, groups, skills, components, items and certifications. An attribute is a column or a key of <code>attributes</code>; in a filter over components a column or a meta tag.\nAn unknown or missing value makes a test unknown, and <code>not</code> unknown stays unknown (Kleene's logic); a rule is met only when it is true. Text compares without regard to case and outer blanks, dates compare as days. A rule is at most 10 deep and has at most 200 tests. An attribute\nthat nobody of the client has is the failure <code>unknown_attribute</code>, so that a typing error empties no group.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "Data",
    "text": "What the tables hold and what their words mean. The columns stand in src/learning/schema and src/control/schema; this page says what no column can say. Every learning row has a client_id, and a processor reads only its own client's rows."
   },
   {
    "anchor": "days-and-instants",
    "heading": "Days and instants",
    "text": "An instant is a number of milliseconds since 1970 in UTC, in a column that ends in _at. A day is text such as 2026-03-02, without a zone, in a column that ends in _on. A day is past if it lies before the run's day, and reached if it does not lie behind it. The day of an instant is its local day in the client's zone; a component with a zone of its own uses that for its start and end. Adding months stays within the month: 31 January and one month is 28 or 29 February."
   },
   {
    "anchor": "platform",
    "heading": "Platform",
    "text": "processor_state keeps watermarks and marks of processors. audit_log says who changed what: each change that a run or an administrator made to a person, registration, component, group, order, connector, job or setting. webhook_events keeps deliveries of shops and services, each once, until a processor has dealt with them. update_steps are the steps of a release's update."
   },
   {
    "anchor": "clients-and-configuration",
    "heading": "Clients and configuration",
    "text": "A client is a tenant with its zone, language and rules for deletion and deactivation. A setting is looked up for the client, then for all; a setting without a value is not the same as 0. Meta tags mark components: their numbers are those by which administrators know them. A connector is an account with a remote service. Texts are wordings by key and locale, numbered by a version that only grows."
   },
   {
    "anchor": "people",
    "heading": "People",
    "text": "A person has a username that is unique in the client whatever its case, a status (active, passive, inactive, deleted) and, when passive, a reason: missing from a complete list, taken out by an import, terminated, unused, to be deleted, or an administrator. Groups are of four kinds: organisation, group, target group (with a rule) and job profile. A membership names its source; a person is a member if one row of any source exists. erased_people keeps only hashes of the keys of people who were deleted, so that no import brings them back. person_sessions, online_user_stats, license_limits and person_searches say who was signed in, how many, how many may be, and what is searched for."
   },
   {
    "anchor": "content",
    "heading": "Content",
    "text": "components are what a person can be registered on: templates, courses and learning paths. A course can have a template. planning_status goes from planned over released and fixed to completed or cancelled. The syllabus is a tree of folders, media and components; an item that is taken out is marked with removed_at and never deleted, since progress names it. structure_version rises with each publication of a changed syllabus. media can be played, read or sat, in versions. files are objects of the store by key. Equivalence rules make other components count as done (coverage_entries)."
   },
   {
    "anchor": "enrolment",
    "heading": "Enrolment",
    "text": "A registration is a person on a component, once for each cycle. Its status is open (requested, waiting_list, personal_syllabus, booked, in_progress), successful (completed, passed) or closed without success (failed, cancelled). Other systems know the statuses by numbers: 1 to 5, 10 to 13 in that order, which stand in names of certificate files. Courses end as passed or failed, learning paths as completed. Enrolment rules enrol the members of a group; exceptions include or exclude single people. A recertification section is a folder of a learning path that falls due again and again; a period is one round of it."
   },
   {
    "anchor": "when-a-registration-changes",
    "heading": "When a registration changes",
    "text": "One place (src/learning/enrolment) moves registrations, for processors and pages alike. It writes the status if it is still the one that was read, dates the next cycle, and tells the audit trail and the search indexes. A freed place goes to the person who has waited longest. A success counts from the instant at which the work was done."
   },
   {
    "anchor": "learning-records",
    "heading": "Learning records",
    "text": "item_progress is how far a registration is with an item; attempts and cmi_data what a SCORM package keeps; the AICC monitor what AICC content asked and was told; xapi_auth_tokens tokens of launches, as hashes. tracking_events are compressed into tracking_daily, where an id of 0 says \"none\". exercise_submissions are a team's work and its correction."
   },
   {
    "anchor": "skills-and-certificates",
    "heading": "Skills and certificates",
    "text": "A skill has levels, granted by completing components (skill_grants), wanted by job profiles (profile_skills), reached by achievements, and held by people. A certification gathers points or hours in periods; each source counts once in a period. An issued certificate names the registration's status by its number and outlives the registration."
   },
   {
    "anchor": "communication-and-reports",
    "heading": "Communication and reports",
    "text": "A notification rule tells an audience a number of days before or after an anchor day. messages is the mail monitor: each row names the run that created it, and the person whom it is about where that is another one. A key (dedupe_key) makes a message unique on its channel. There are six reports; a subscription says who gets which of them on which days and in which format. A call from outside is known by the hash of its token."
   },
   {
    "anchor": "catalogue-search-and-commerce",
    "heading": "Catalogue, search and commerce",
    "text": "index_changes is appended by every write of something that can be searched; an index remembers the last change that it holds. Rows that every index has passed go, and rows older than 30 days go in any case. catalogue_items are folders and offers, with what a shop sells them as. orders are purchases; amounts are in the currency's smallest unit."
   },
   {
    "anchor": "classrooms-and-imports",
    "heading": "Classrooms and imports",
    "text": "Virtual classrooms have templates, accounts, sessions and attendance, and scores of LTI tools. An import configuration says where files lie and how they are read. import_seen keeps the keys of the file under work. avetmiss_activities are results in the form of the Australian standard."
   },
   {
    "anchor": "the-rule-language",
    "heading": "The rule language",
    "text": "Target groups, prerequisites, unlock rules and filters use one language: all, any, not, atLeast, and tests on attributes, groups, skills, components, items and certifications. An attribute is a column or a key of attributes; in a filter over components a column or a meta tag. An unknown or missing value makes a test unknown, and not unknown stays unknown (Kleene's logic); a rule is met only when it is true. Text compares without regard to case and outer blanks, dates compare as days. A rule is at most 10 deep and has at most 200 tests. An attribute that nobody of the client has is the failure unknown_attribute, so that a typing error empties no group."
   }
  ]
 },
 {
  "path": "developers/testing",
  "title": "Testing",
  "html": "<p><code>npm test</code> runs everything. Start with the file that you touch:</p>\n<pre><code class=\"language-sh\">npx vitest run --config test/vitest.config.ts --project node test/processors/courses\n</code></pre>\n<h2 id=\"kinds-of-tests\">Kinds of tests</h2>\n<table>\n<thead>\n<tr>\n<th>Folder</th>\n<th>What it shows</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>test/&lt;room&gt;</code></td>\n<td>The rules of a room, in sentences and tables of cases</td>\n</tr>\n<tr>\n<td><code>test/conformance</code></td>\n<td>Every processor under faults: killed, answer lost, lease taken, dry run, second run. See <a href=\"/handbook/developers/scenario\">scenarios</a></td>\n</tr>\n<tr>\n<td><code>test/simulation</code></td>\n<td>Tick, runner and store together, through random nights with faults</td>\n</tr>\n<tr>\n<td><code>test/model</code></td>\n<td>Every state of a small model of claim, lease, step and end</td>\n</tr>\n<tr>\n<td><code>test/hosts/conformance</code></td>\n<td>Tick and runner, the same on Workers with sqld, Deno with a file, Deno with sqld</td>\n</tr>\n<tr>\n<td><code>test/acceptance</code></td>\n<td>Whole nights with the real programs, killed by SIGKILL</td>\n</tr>\n<tr>\n<td><code>test/browser</code></td>\n<td>Pages in Chromium: use by keyboard, accessibility (axe), both languages</td>\n</tr>\n<tr>\n<td><code>test/growth</code></td>\n<td>Time grows no faster than the length of what is sent</td>\n</tr>\n<tr>\n<td><code>test/bench</code></td>\n<td>Measurements, started by hand with <code>npm run bench</code></td>\n</tr>\n</tbody>\n</table>\n<h2 id=\"rules-for-a-test\">Rules for a test</h2>\n<ul>\n<li>Its name is a sentence of what must hold.</li>\n<li>Time is virtual (<code>test/harness/clock.ts</code>). A test waits for something to happen, never for time to pass. There are no retries.</li>\n<li>The real thing runs wherever it can: libSQL, workerd, an SMTP server, Chromium. There are no mocks of our own modules.</li>\n<li>A test that something is left alone plants a decoy: a row of another client, a course that is almost due.</li>\n<li>A fault gets a test first, and the test is seen failing.</li>\n</ul>\n<h2 id=\"the-simulation\">The simulation</h2>\n<p>One history is one seed: some clients, some jobs, a night, and faults at chosen moments. Everything runs in one process, on virtual time\nand on real SQLite. An auditor watches the tables through SQL triggers. It shares no code with the runner, and complains when an\noccurrence has no fate or two, when a write happened twice or under an old lease, or when another client's row changed.</p>\n<pre><code class=\"language-sh\">npm run simulate -- --histories 2000 --seed 1\nnpm run simulate -- --seed 4711 --histories 1 --trace\nnpm run simulate -- --defects\n</code></pre>\n<ul>\n<li>The first command lives through the seeds 1 to 2000.</li>\n<li>The second repeats one seed and prints each event. A failing history prints this command.</li>\n<li>The third puts known defects into the product, one at a time, and checks that the simulation notices each.</li>\n</ul>\n<p>The same seed always gives the same history, as long as the code is the same. When a seed finds a fault, mend the fault and keep the case\nas a test of its own: the seed means something else after the next change of the generator.</p>\n<h2 id=\"the-model\">The model</h2>\n<p><code>test/model</code> holds a model of two owners, two databases and two occurrences, written from the idea and not from the code. It visits every\nstate that can be reached when any call is lost, late or doubled and any owner crashes at any point. Change the model when the protocol\nchanges, before the code.</p>\n",
  "parts": [
   {
    "anchor": "",
    "heading": "Testing",
    "text": "npm test runs everything. Start with the file that you touch:\nnpx vitest run --config test/vitest.config.ts --project node test/processors/courses"
   },
   {
    "anchor": "kinds-of-tests",
    "heading": "Kinds of tests",
    "text": "Folder\nWhat it shows\ntest/<room>\nThe rules of a room, in sentences and tables of cases\ntest/conformance\nEvery processor under faults: killed, answer lost, lease taken, dry run, second run. See scenarios\ntest/simulation\nTick, runner and store together, through random nights with faults\ntest/model\nEvery state of a small model of claim, lease, step and end\ntest/hosts/conformance\nTick and runner, the same on Workers with sqld, Deno with a file, Deno with sqld\ntest/acceptance\nWhole nights with the real programs, killed by SIGKILL\ntest/browser\nPages in Chromium: use by keyboard, accessibility (axe), both languages\ntest/growth\nTime grows no faster than the length of what is sent\ntest/bench\nMeasurements, started by hand with npm run bench"
   },
   {
    "anchor": "rules-for-a-test",
    "heading": "Rules for a test",
    "text": "Its name is a sentence of what must hold.\nTime is virtual (test/harness/clock.ts). A test waits for something to happen, never for time to pass. There are no retries.\nThe real thing runs wherever it can: libSQL, workerd, an SMTP server, Chromium. There are no mocks of our own modules.\nA test that something is left alone plants a decoy: a row of another client, a course that is almost due.\nA fault gets a test first, and the test is seen failing."
   },
   {
    "anchor": "the-simulation",
    "heading": "The simulation",
    "text": "One history is one seed: some clients, some jobs, a night, and faults at chosen moments. Everything runs in one process, on virtual time and on real SQLite. An auditor watches the tables through SQL triggers. It shares no code with the runner, and complains when an occurrence has no fate or two, when a write happened twice or under an old lease, or when another client's row changed.\nnpm run simulate -- --histories 2000 --seed 1\nnpm run simulate -- --seed 4711 --histories 1 --trace\nnpm run simulate -- --defects\n\nThe first command lives through the seeds 1 to 2000.\nThe second repeats one seed and prints each event. A failing history prints this command.\nThe third puts known defects into the product, one at a time, and checks that the simulation notices each.\nThe same seed always gives the same history, as long as the code is the same. When a seed finds a fault, mend the fault and keep the case as a test of its own: the seed means something else after the next change of the generator."
   },
   {
    "anchor": "the-model",
    "heading": "The model",
    "text": "test/model holds a model of two owners, two databases and two occurrences, written from the idea and not from the code. It visits every state that can be reached when any call is lost, late or doubled and any owner crashes at any point. Change the model when the protocol changes, before the code."
   }
  ]
 }
];
