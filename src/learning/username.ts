/**
 * A username as it is compared: two usernames that differ only in case or in how their letters are composed are one.
 *
 * @returns Unicode form NFC, lower case; stored as `persons.username_key`, which is unique for a client
 */
export function usernameKey(username: string): string {
  return username.normalize("NFC").toLowerCase().normalize("NFC");
}
