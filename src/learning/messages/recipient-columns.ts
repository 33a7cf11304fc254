import { columns } from "../../store/select.ts";
import { persons } from "../schema/people.ts";

/** What a message needs to know of the person who gets it, in a query that calls people `person`. */
export const recipientColumns = columns(
  persons,
  ["givenName", "familyName", "email", "locale", "authStatus"],
  "person",
);
