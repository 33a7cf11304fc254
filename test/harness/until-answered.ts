/** Time (ms) between the first two questions, and between two at most. Each costs a server and this process some milliseconds of CPU. */
const [FIRST_MS, LONGEST_MS] = [20, 200];
/** What is short is noticed at once, what is long is seldom asked about. */
const LONGER = 1.25;

/** Asks another process until it says yes, the longer that takes the less often. */
export async function untilAnswered(question: () => Promise<boolean>): Promise<void> {
  for (let wait = FIRST_MS; !(await question()); wait = Math.min(wait * LONGER, LONGEST_MS)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
