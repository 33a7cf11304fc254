import { Night } from "../enrolment/night.ts";

type Values = Parameters<Night["insert"]>[1];

/** A night with certifications that want 20 points in 12 months. */
export class CertificationNight extends Night {
  certification(values: Values = {}): Promise<number> {
    return this.insert("certifications", {
      name: "Nurse",
      format: "points",
      required_amount: 20,
      duration_months: 12,
      ...values,
    });
  }

  /** A person's first and current period, with its first and last day. */
  period(person_id: number, certification_id: number, days: string, values: Values = {}): Promise<number> {
    const [start_on = "", end_on = ""] = days.split(" ");
    return this.insert("person_certifications", {
      person_id,
      certification_id,
      period_no: 1,
      start_on,
      end_on,
      ...values,
    });
  }

  link(certification_id: number, values: Values): Promise<number> {
    return this.insert("certification_links", { certification_id, ...values });
  }

  credit(person_certification_id: number, source_ref: string, amount: number, credited_on: string): Promise<number> {
    return this.insert("certification_credits", { person_certification_id, source_ref, amount, credited_on });
  }

  /** A new component that a person passed on a day at noon, or at an instant. Returns the component's id. */
  async done(person: number, when: string, values: Values = {}): Promise<number> {
    const component = await this.course();
    const completed_at = Date.parse(when.includes("T") ? when : `${when}T11:00:00Z`);
    await this.registration(component, person, { status: "passed", completed_at, ...values });
    return component;
  }

  /** The periods as `no start end amount status current`, by person, certification and number. */
  async periods(): Promise<string[]> {
    const rows = await this.rows(
      `SELECT period_no, start_on, end_on, amount, status, is_current FROM person_certifications
        ORDER BY person_id, certification_id, period_no`,
    );
    return rows.map((row) => Object.values(row).join(" "));
  }

  /** The credits as `period reference amount day`. */
  async credits(): Promise<string[]> {
    const rows = await this.rows(
      "SELECT person_certification_id, source_ref, amount, credited_on FROM certification_credits ORDER BY id",
    );
    return rows.map((row) => Object.values(row).join(" "));
  }
}

/** A fresh night. */
export async function night(): Promise<CertificationNight> {
  const { database } = await Night.fall();
  return new CertificationNight(database);
}
