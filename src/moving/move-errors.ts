/** A move that may not begin, go on or be given up; nothing was changed. */
export class MoveRefusedError extends Error {
  readonly code:
    | "under_way"
    | "already_there"
    | "database_taken"
    | "control_database"
    | "not_empty"
    | "no_move"
    | "switched";
  constructor(code: MoveRefusedError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** What arrived is not what left: another program wrote during the move, or an id was given twice. The client stays on its old database. */
export class MoveMismatchError extends Error {
  readonly code = "move_mismatch";
  readonly table: string;
  readonly left: number;
  readonly arrived: number;
  constructor(table: string, left: number, arrived: number) {
    super(
      `Table ${table}: ${left} rows left and ${arrived} arrived, or their contents differ. The client's data stays where it is; abandon the move and begin it again`,
    );
    this.table = table;
    this.left = left;
    this.arrived = arrived;
  }
}
