/** A part of a page: what stands below one heading, or before the first. For the search. */
export interface HandbookPart {
  /** The heading's anchor on the page; '' before the first heading. */
  readonly anchor: string;
  /** The heading's words; the page's title before the first heading. */
  readonly heading: string;
  /** What stands there, as plain text. */
  readonly text: string;
}

/** A page of the handbook, as `npm run handbook` writes it from a Markdown file. */
export interface HandbookPage {
  /** Below `/handbook/`: `developers/words`; a section's first page is `developers`, the handbook's own is ''. */
  readonly path: string;
  readonly title: string;
  /** HTML of everything below the title. Made from our own Markdown only, in which raw HTML is not allowed. */
  readonly html: string;
  readonly parts: readonly HandbookPart[];
}
