import { Night } from "../enrolment/night.ts";

type Values = Parameters<Night["insert"]>[1];

/** A night with a learning path that has one section: a folder with the elements that a test puts there. */
export class RecertificationNight extends Night {
  pathId = 0;
  folder = 0;

  static override async fall(): Promise<RecertificationNight> {
    const { database } = await Night.fall();
    const night = new RecertificationNight(database);
    night.pathId = await night.path({ path_mode: "content" });
    night.folder = await night.item({ kind: "folder" });
    return night;
  }

  /** An item of the path. */
  item(values: Values = {}): Promise<number> {
    return this.insert("syllabus_items", { component_id: this.pathId, ...values });
  }

  /** A medium in the section's folder. Returns the item's id. */
  async medium(values: Values = {}): Promise<number> {
    const media_id = await this.insert("media");
    return this.item({ kind: "media", media_id, parent_id: this.folder, ...values });
  }

  /** A component in the section's folder. Returns the item's id. */
  element(ref_component_id: number, values: Values = {}): Promise<number> {
    return this.item({ kind: "component", ref_component_id, parent_id: this.folder, ...values });
  }

  /** The section: periods of 10 days to the due day and 20 to the end, the first on the day of the booking. */
  section(values: Values = {}): Promise<number> {
    return this.insert("recert_sections", {
      component_id: this.pathId,
      folder_item_id: this.folder,
      section_no: 1,
      start_mode: "relative",
      start_offset_days: 0,
      due_days: 10,
      end_days: 20,
      ...values,
    });
  }

  /** A person's registration on the path, booked on a day at noon. */
  booked(person: number, day: string, values: Values = {}): Promise<number> {
    return this.registration(this.pathId, person, { booked_at: Date.parse(`${day}T11:00:00Z`), ...values });
  }

  /** A period that starts, is due and ends on these days. */
  period(section_id: number, registration_id: number, days: string, values: Values = {}): Promise<number> {
    const [start_on = "", due_on = "", end_on = ""] = days.split(" ");
    return this.insert("recert_periods", {
      section_id,
      registration_id,
      cycle_no: 1,
      start_on,
      due_on,
      end_on,
      state: "open",
      ...values,
    });
  }

  /** An item's progress: completed on a day at noon. */
  finished(registration_id: number, item_id: number, day: string, values: Values = {}): Promise<number> {
    const at = Date.parse(`${day}T11:00:00Z`);
    return this.insert("item_progress", {
      registration_id,
      item_id,
      status: "completed",
      completed_at: at,
      last_at: at,
      ...values,
    });
  }

  /** A registration on a component, passed on a day at noon. */
  passed(component: number, person: number, day: string, values: Values = {}): Promise<number> {
    const completed_at = Date.parse(`${day}T11:00:00Z`);
    return this.registration(component, person, { status: "passed", completed_at, ...values });
  }

  /** The periods as `cycle state start due end`, in the order of registrations, sections and cycles. */
  async periods(): Promise<string[]> {
    const rows = await this.rows(
      `SELECT cycle_no, state, start_on, due_on, end_on FROM recert_periods WHERE client_id = 1
        ORDER BY registration_id, section_id, cycle_no`,
    );
    return rows.map((row) => Object.values(row).join(" "));
  }

  /** Progress rows as `item status locked`. */
  async progress(): Promise<string[]> {
    const rows = await this.rows("SELECT item_id, status, locked FROM item_progress ORDER BY registration_id, item_id");
    return rows.map((row) => Object.values(row).join(" "));
  }

  /** What the log warns of. */
  async warnings(): Promise<string[]> {
    return (await this.rows("SELECT message FROM run_logs WHERE level = 'warn'")).map(({ message }) => String(message));
  }
}
