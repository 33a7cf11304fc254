import { Night } from "../enrolment/night.ts";

type Values = Parameters<Night["insert"]>[1];

/** A night with a template of structure 2 and a course that follows it, in line with structure 1. */
export class TemplateNight extends Night {
  templateId = 0;
  courseId = 0;

  static override async fall(): Promise<TemplateNight> {
    const { database } = await Night.fall();
    const night = new TemplateNight(database);
    night.templateId = await night.template({ structure_version: 2 });
    night.courseId = await night.follower();
    return night;
  }

  /** A course that follows the template. */
  async follower(values: Values = {}): Promise<number> {
    const id = await this.course({
      template_id: this.templateId,
      structure_version: 5,
      template_version_synced: 1,
      ...values,
    });
    await this.meta(id, 900001);
    return id;
  }

  /** An item of the template: a folder with a title unless it says otherwise. */
  original(values: Values = {}): Promise<number> {
    return this.insert("syllabus_items", { component_id: this.templateId, kind: "folder", title: "Folder", ...values });
  }

  /** An item of the course. */
  own(values: Values = {}): Promise<number> {
    return this.insert("syllabus_items", { component_id: this.courseId, kind: "folder", title: "Folder", ...values });
  }

  medium(values: Values = {}): Promise<number> {
    return this.insert("media", values);
  }

  /** The course's items that are there, in their order, with these columns. */
  async items(columns = "source_item_id, parent_id, kind, title"): Promise<Record<string, unknown>[]> {
    return this.rows(
      `SELECT ${columns} FROM syllabus_items WHERE component_id = ? AND removed_at IS NULL ORDER BY position, id`,
      this.courseId,
    );
  }

  /** The structure that the course has, and the template's that it is in line with. */
  async versions(id = this.courseId): Promise<string> {
    const [row] = await this.rows("SELECT structure_version, template_version_synced FROM components WHERE id = ?", id);
    return Object.values(row ?? {}).join(" ");
  }

  /** A person has begun an item of the course. */
  async begun(item_id: number, status = "incomplete"): Promise<void> {
    const registration_id = await this.registration(this.courseId, await this.person());
    await this.insert("item_progress", { registration_id, item_id, status });
  }
}
