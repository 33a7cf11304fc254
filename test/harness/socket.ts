export { nodeConnect } from "../../src/hosts/node/socket.ts";
