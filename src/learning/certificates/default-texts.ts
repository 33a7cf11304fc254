/** The texts of a certificate without a template of its own, on A4 landscape, in English and German. */
export const defaultTexts = [
  { text: "{client}", x: 30, y: 24, width: 237, size: 14, colour: "#555555" },
  {
    text: { en: "Certificate", de: "Zertifikat" },
    x: 30,
    y: 38,
    width: 237,
    size: 36,
    weight: "bold",
    colour: "#1f4e79",
  },
  { text: { en: "This is to certify that", de: "Hiermit wird bestätigt, dass" }, x: 30, y: 64, width: 237, size: 13 },
  { text: "{name}", x: 30, y: 76, width: 237, size: 28, weight: "bold", lines: 2 },
  {
    text: { en: "has successfully completed", de: "erfolgreich abgeschlossen hat:" },
    x: 30,
    y: 104,
    width: 237,
    size: 13,
  },
  { text: "{title}", x: 30, y: 115, width: 237, size: 20, weight: "bold", lines: 3 },
  { text: { en: "Issued on {issuedOn}", de: "Ausgestellt am {issuedOn}" }, x: 30, y: 150, width: 237, size: 13 },
  {
    text: {
      en: "Verification code {code}\n{link}",
      de: "Prüfcode {code}\n{link}",
    },
    x: 30,
    y: 178,
    width: 237,
    size: 9,
    lines: 2,
    colour: "#555555",
  },
] as const;
