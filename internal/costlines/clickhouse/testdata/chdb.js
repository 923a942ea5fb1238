// Runs SQL on ClickHouse's engine in this process (npm's chdb) for the tests: a request in each line of the input, an answer in each
// line of the output. It ends with its input, and leaves nothing.
const { Session } = require("chdb");
const session = new Session();
let database = "";

const run = ({ use, sql, format }) => {
  if (use !== database) {
    session.query("USE " + use);
    database = use;
  }
  return session.query(sql, format);
};

const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  let answer;
  try {
    answer = { out: run(JSON.parse(line)) };
  } catch (e) {
    answer = { error: String(e.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
lines.on("close", () => session.cleanup());
