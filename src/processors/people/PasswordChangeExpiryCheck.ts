import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { persons } from "../../learning/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addLocalDays } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, noAction } from "../contract.ts";
import { afterId, changeRows } from "../patterns/change-rows.ts";

/**
 * Handbook, catalogue: PasswordChangeExpiryCheck. A password is valid for a number of days of the client's calendar from its
 * last change; one that was never changed
 * counts from when the person was created. Only people who sign in with a password of Minutehand's have one that can expire.
 */
export const PasswordChangeExpiryCheck = defineProcessor({
  id: "PasswordChangeExpiryCheck",
  group: "people",
  title: "Let old passwords expire",
  summary: "Has people choose a new password at their next sign-in once theirs is too old.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 40 6 * * ?",
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor: afterId,
  async *run(context) {
    const { configuration, now, timeZone } = context;
    const days = await configuration.read(settings.passwordValidityDays);
    if (!days)
      return noAction(
        `Setting ${settings.passwordValidityDays.key} is ${days ?? "undefined"}: passwords do not expire`,
      );
    const set = addLocalDays(nowAsOf(context), -days, timeZone);
    const expired = sql`client_id = ${thisClient} AND auth_status = 'active' AND auth_source = 'local'
      AND must_change_password = 0 AND coalesce(password_changed_at, created_at) <= ${set}`;
    return yield* changeRows(context, {
      entity: "person",
      find: (after, limit) =>
        select(persons, ["id"], sql`WHERE ${expired} AND id > ${after} ORDER BY id LIMIT ${limit}`),
      change: ({ id }) => [
        {
          write: sql`UPDATE persons SET must_change_password = 1, updated_at = ${now} WHERE id = ${id} AND ${expired}`,
          audit: {
            entity: "person",
            id,
            personId: id,
            action: "expire_password",
            before: { must_change_password: 0 },
            after: { must_change_password: 1 },
          },
        },
      ],
    });
  },
});
