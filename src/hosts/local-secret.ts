/** Carries the secret by which `npm start` tells its own requests to the Worker from those of others. */
export const SECRET_HEADER = "x-minutehand-local";
