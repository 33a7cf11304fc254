/** Where an identifier may be broken: behind an `@`, point, line, stroke, and before a capital within it. */
const BREAKS = /(?<=[@._/-])(?=.)|(?<=[a-z\d])(?=[A-Z])/;

/**
 * An identifier or an address (`ParticipantAutomaticRegistration`, `ada.lovelace@example.com`) that may go on in the next line of
 * a narrow cell where its parts meet, and nowhere within a word. What is copied from the page has no break in it.
 */
export function Identifier(props: { name: string }) {
  return (
    <>
      {props.name.split(BREAKS).map((part, index) => (
        <>
          {index === 0 ? null : <wbr />}
          {part}
        </>
      ))}
    </>
  );
}
