/** A person whose names stand in no other text. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly given: string;
  readonly family: string;
  readonly email: string;
  readonly externalId: string;
}

export const zaphira: Person = {
  id: 11,
  username: "zquell",
  given: "Zaphíra",
  family: "Quellmann-Östberg",
  email: "zaphira.quell@example.com",
  externalId: "P-17",
};
