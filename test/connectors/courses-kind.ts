import { z } from "zod";
import { apiKind } from "../../src/connectors/api.ts";
import { grantRequest } from "../../src/connectors/token.ts";

/** A kind of connector for the service of {@link FakeCourses}; with a refresh token it signs in by that, else by its client's credentials. */
export const coursesKind = apiKind({
  kind: "courses",
  label: "Courses",
  summary: "For tests",
  config: z.strictObject({ baseUrl: z.url() }),
  secret: z.strictObject({ clientSecret: z.string().min(1), refreshToken: z.string().nullable().default(null) }),
  baseUrl: ({ baseUrl }) => `${baseUrl}v1/`,
  headers: (_, token) => ({ authorization: `Bearer ${token}` }),
  token({ config, secret }, stored) {
    const refreshToken = stored ?? secret.refreshToken;
    const fields =
      refreshToken === null
        ? { grant_type: "client_credentials" }
        : { grant_type: "refresh_token", refresh_token: refreshToken };
    return grantRequest(`${config.baseUrl}oauth/token`, fields, { user: "suite", password: secret.clientSecret });
  },
  probe: { path: "courses" },
});

export const course = z.object({ id: z.union([z.int(), z.string()]), title: z.string() });
export const coursePage = z.object({ items: z.array(course) });
