import { z } from "zod";
import { apiKind } from "../api.ts";
import { ConnectorInvalidError } from "../stored.ts";

/** `connectors.config` of kind `solr`. */
export const solrConfig = z.strictObject({
  baseUrl: z.url().describe("Address of the server without /solr, such as https://search.example.com:8983"),
});

/** The sealed `connectors.secret_enc` of kind `solr`: a user and password, or a token; nothing for a server that asks for none. */
export const solrSecret = z.strictObject({
  user: z.string().min(1).nullable().default(null).describe("User, where the server asks for one (BasicAuthPlugin)"),
  password: z.string().min(1).nullable().default(null).describe("Password of the user"),
  token: z.string().min(1).nullable().default(null).describe("Bearer token instead of user and password"),
});

/** Apache Solr: the collections that hold a client's search indexes (handbook, catalogue: CreateSolrIndex). */
export const solr = apiKind({
  kind: "solr",
  label: "Apache Solr",
  summary: "Holds search indexes whose backend is solr; without it they are kept in the database",
  config: solrConfig,
  secret: solrSecret,
  baseUrl: ({ baseUrl }) => `${baseUrl.replace(/(?<!\/)\/+$/, "")}/solr/`,
  headers({ secret: { user, password, token } }) {
    if (token !== null) return { authorization: `Bearer ${token}` };
    if (user === null && password === null) return {};
    if (user === null || password === null) {
      const missing = user === null ? "user" : "password";
      throw new ConnectorInvalidError("solr", `The solr connector cannot be used. secret.${missing}: enter it too`);
    }
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}` };
  },
  probe: { path: "admin/info/system", query: { wt: "json" } },
});
