/** RFC 1123, and the underscore that some zones use. What looks like an address and is none is no name either. */
const pattern =
  /^(?=.{1,253}$)(?=.*[a-z])(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$/i;

export const isHostName = (text: string): boolean => pattern.test(text);
