import {
  type Academy,
  type Component,
  cyclesOf,
  type EnrolmentRule,
  hasSeat,
  isOpen,
  isSuccessful,
  type Moment,
  must,
  type Registration,
  registrationsOn,
} from "../academy.ts";
import { type DayNumber, localDayAt, nextYearly } from "../calendar.ts";
import { closeAs, nextDue, register } from "./closing.ts";
import { cancelAndPromote } from "./courses.ts";
import { mayNotEnter } from "./prerequisites.ts";

/** Days before a cycle is due in which it begins, beside the days to finish it. */
const BUFFER_DAYS = 7;

/** Cancelled because the person had left: counts as not registered. */
const hasLeft = ({ status, reason }: Registration) =>
  status === "cancelled" && (reason === "left_group" || reason === "inactive_user");

/** ParticipantAutomaticRegistration. */
export function enrolByRules(academy: Academy, moment: Moment): void {
  for (const rule of academy.rules) {
    if (!rule.active || (rule.activeFrom !== null && rule.activeFrom > moment.today)) continue;
    const component = must(academy.components, rule.componentId);
    if (component.planning === "completed" || component.planning === "cancelled") continue;
    enrolByRule(academy, rule, component, moment);
  }
}

function enrolByRule(academy: Academy, rule: EnrolmentRule, component: Component, moment: Moment): void {
  const { today, now } = moment;
  rule.firstRunAt ??= now;
  const candidates = candidatesOf(academy, rule);
  for (const personId of candidates) enrol(academy, rule, component, personId, moment);
  if (rule.autoCourse)
    for (const one of registrationsOn(academy, component.id))
      if (candidates.includes(one.personId)) assign(academy, rule, one, moment);
  if (rule.recertify) for (const personId of candidates) beginAgain(academy, rule, component, personId, moment);
  const own = academy.registrations.filter((one) => one.ruleId === rule.id);
  const { change, autoCancel } = rule;
  const isOverdue = ({ dueOn }: Registration) => change !== null && dueOn !== null && dueOn + change.afterDays < today;
  const hasGone = ({ personId }: Registration) => autoCancel && !candidates.includes(personId);
  const isEnding = (one: Registration) => one.ruleId === rule.id && (isOverdue(one) || hasGone(one));
  for (const one of own) {
    if (!isOpen(one) || !isOverdue(one)) continue;
    if (change?.to === "cancelled") cancelAndPromote(academy, one, moment, "overdue", isEnding);
    else closeAs(academy, one, "failed", today);
  }
  for (const one of own)
    if (isOpen(one) && hasGone(one)) cancelAndPromote(academy, one, moment, "left_group", isEnding);
}

/** Step 1, also of other processors: the people whom a rule may enrol, by id. */
export function candidatesOf(academy: Academy, rule: EnrolmentRule): number[] {
  const group = must(academy.groups, rule.groupId);
  return [...academy.people.values()]
    .filter(({ id, status }) => {
      const exception = academy.exceptions.get(`${rule.componentId}|${id}`);
      if (status !== "active" || exception === "exclude") return false;
      if (exception === "include") return true;
      const since = group.active ? group.members.get(id) : undefined;
      return since !== undefined && (rule.newMembers || since <= (rule.firstRunAt ?? since));
    })
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

/** Step 2. */
function enrol(academy: Academy, rule: EnrolmentRule, component: Component, personId: number, moment: Moment): void {
  const { today } = moment;
  const counting = cyclesOf(academy, component.id, personId).filter((one) => !hasLeft(one));
  const again = rule.reenrolClosed && !rule.recertify;
  if (counting.some(({ status }) => !(again && (status === "failed" || status === "cancelled")))) return;
  const days = [rule.daysToFinish > 0 ? today + rule.daysToFinish : null, fixedDue(rule, today)];
  const known = days.filter((day) => day !== null);
  const dueOn = known.length > 0 ? Math.max(...known) : null;
  start(academy, rule, component, personId, { status: rule.status, source: "auto_rule", dueOn }, moment);
}

function fixedDue({ due }: EnrolmentRule, today: DayNumber): DayNumber | null {
  if (due === null) return null;
  return "fixed" in due ? due.fixed : nextYearly(due.yearly, today + 1);
}

/** A new registration of a rule, on the waiting list where there is no seat; none where there is no list either. */
function start(
  academy: Academy,
  rule: EnrolmentRule,
  component: Component,
  personId: number,
  given: Pick<Registration, "status" | "source" | "dueOn">,
  moment: Moment,
): void {
  if (mayNotEnter(academy, component, personId, moment)) return;
  const seat = hasSeat(academy, component, personId);
  if (!seat && !component.waitingList) return;
  const status = seat ? given.status : "waiting_list";
  register(academy, { componentId: component.id, personId, ruleId: rule.id, ...given, status }, moment.now);
}

/** Step 3: a course for a registration on its template. */
function assign(academy: Academy, rule: EnrolmentRule, registration: Registration, { now }: Moment): void {
  const { personId, componentId, dueOn } = registration;
  if (registration.status !== "personal_syllabus") return;
  const courses = [...academy.components.values()].filter(({ templateId }) => templateId === componentId);
  const serving = courses
    .flatMap(({ id }) => cyclesOf(academy, id, personId))
    .filter(({ parent }) => parent === registration);
  if (serving.some(({ status }) => status !== "cancelled")) return;
  const tried = serving.filter((one) => !hasLeft(one)).map((one) => one.componentId);
  const course = courses
    .filter(
      (one) =>
        (one.planning === "released" || one.planning === "fixed") &&
        (!one.dateDependent || (one.startAt !== null && one.startAt > now)) &&
        !tried.includes(one.id) &&
        hasSeat(academy, one, personId),
    )
    .sort((a, b) => (a.startAt ?? 0) - (b.startAt ?? 0) || a.id - b.id)[0];
  if (!course) return;
  const own = { status: "booked", source: "auto_rule", ruleId: rule.id, parent: registration, dueOn } as const;
  register(academy, { componentId: course.id, personId, ...own }, now);
}

/** Step 4: the next cycle. */
function beginAgain(
  academy: Academy,
  rule: EnrolmentRule,
  component: Component,
  personId: number,
  moment: Moment,
): void {
  const { today } = moment;
  const known = cyclesOf(academy, component.id, personId);
  if (known.some(isOpen)) return;
  const last = known.filter((one) => !hasLeft(one)).at(-1);
  if (!last || !(isSuccessful(last) || rule.reenrolClosed)) return;
  if (isSuccessful(last) && last.nextDueOn === null && last.completedAt !== null)
    last.nextDueOn = nextDue(academy, last, localDayAt(last.completedAt, academy.zone));
  const { nextDueOn } = last;
  if (nextDueOn === null || today < nextDueOn - rule.daysToFinish - BUFFER_DAYS) return;
  const isReturner = known.at(-1) !== last;
  const dueOn = isReturner ? Math.max(nextDueOn, today + rule.daysToFinish) : nextDueOn;
  start(academy, rule, component, personId, { status: "personal_syllabus", source: "recert", dueOn }, moment);
}
