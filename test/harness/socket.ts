export { nodeConnect } from "../../src/hosts/local/socket.ts";
