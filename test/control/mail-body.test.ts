import { describe, expect, it } from "vitest";
import { isHtmlBody } from "../../src/control/mail-body.ts";

describe("a body counts as HTML", () => {
  it.each([
    "<p>Hello</p>",
    "  \r\n\t<p>Hello</p>",
    "\ufeff<html>",
    "<!DOCTYPE html><html></html>",
    "<!-- made by hand --><p>Hello</p>",
    '<?xml version="1.0"?><html></html>',
    '<A HREF="https://example.com/?a=1">Hello</A>',
    "<br/>Hello",
    "<br />Hello",
    '<p title="a<b">Hello</p>',
    "<my-card>Hello</my-card>",
    "</p>Hello",
  ])("where its first characters that are not blank are a tag: %j", (body) => {
    expect(isHtmlBody(body)).toBe(true);
  });

  it.each([
    "",
    "Hello",
    "Hello <b>Ada</b>",
    "<3 from all of us",
    "<ada@example.com> wrote",
    "<https://example.com/r/1>",
    "< b >",
    "<<p>",
    "<p",
    "\u200b<p>Hello</p>",
  ])("and nowhere else: %j", (body) => {
    expect(isHtmlBody(body)).toBe(false);
  });
});

it("is judged in time that grows with the body", () => {
  for (const body of [`<p ${"a".repeat(2_000_000)}`, " ".repeat(2_000_000), `<${"a-".repeat(1_000_000)}`]) {
    expect(isHtmlBody(body)).toBe(false);
  }
});
