// Scenarios of jsforce, unmodified, against the sandbox. One is run per process:
//   node jsforce_scenarios.cjs SCENARIO '{"base_url": ..., "salesforce": {...}}'
// JSFORCE_HOME names the folder that jsforce was installed into. The result is one JSON line.
const path = require("node:path");
const jsforce = require(path.join(process.env.JSFORCE_HOME, "node_modules", "jsforce"));

const [, , scenario, text] = process.argv;
const info = JSON.parse(text);
const login = info.salesforce;

function connected(version = "62.0") {
  return new jsforce.Connection({ instanceUrl: info.base_url, accessToken: login.access_token, version });
}

function oauth2() {
  return { loginUrl: info.base_url, clientId: login.client_id, clientSecret: login.client_secret };
}

async function refused(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return { name: error.name, errorCode: error.errorCode, message: error.message };
  }
}

const scenarios = {
  async soap_login() {
    const connection = new jsforce.Connection({ loginUrl: info.base_url, version: "62.0" });
    const user = await connection.login(login.username, login.password + login.security_token);
    const count = await connection.query("SELECT COUNT() FROM Lead");
    const other = new jsforce.Connection({ loginUrl: info.base_url });
    return { user, instance: connection.instanceUrl, total: count.totalSize, refused: await refused(other.login("x", "y")) };
  },

  async oauth_login() {
    const password = new jsforce.Connection({ oauth2: oauth2(), version: "62.0" });
    const user = await password.login(login.username, login.password);
    const client = new jsforce.Connection({ instanceUrl: info.base_url, oauth2: oauth2(), version: "62.0" });
    await client.authorize({ grant_type: "client_credentials" });
    const refreshing = new jsforce.Connection({
      oauth2: oauth2(), instanceUrl: info.base_url, accessToken: "00Dgone!x", refreshToken: login.refresh_token, version: "62.0",
    });
    const total = (await refreshing.query("SELECT COUNT() FROM Lead")).totalSize;
    const bad = new jsforce.Connection({ oauth2: oauth2() });
    return { user, token: client.accessToken, total, refused: await refused(bad.login(login.username, "wrong")) };
  },

  async identity() {
    const connection = connected();
    const identity = await connection.identity();
    await connection.query("SELECT Id FROM Lead");
    return { identity, limits: connection.limitInfo.apiUsage, versions: (await connection.request("/services/data")).length };
  },

  async describe() {
    const connection = connected("50.0");
    const everything = await connection.describeGlobal();
    const lead = await connection.describe("Lead");
    return {
      objects: everything.sobjects.map((item) => item.name),
      fields: lead.fields.map((item) => item.name),
      children: (await connection.describe("Account")).childRelationships.map((item) => item.relationshipName),
    };
  },

  async records() {
    const connection = connected();
    const made = await connection.sobject("Lead").create({ LastName: "Okafor", Company: "Acme & Sons" });
    const read = await connection.sobject("Lead").retrieve(made.id);
    const updated = await connection.sobject("Lead").update({ Id: made.id, Title: "CTO" });
    const key = { LastName: "Eze", Company: "Acme", Connector_Key__c: "web-42" };
    const created = await connection.sobject("Lead").upsert(key, "Connector_Key__c");
    const again = await connection.sobject("Lead").upsert({ ...key, Title: "CEO" }, "Connector_Key__c");
    const deleted = await connection.sobject("Lead").destroy(made.id);
    return { made, company: read.Company, updated, created, again, deleted };
  },

  async collections() {
    const connection = connected();
    const rows = Array.from({ length: 250 }, (_, n) => ({ LastName: `L${n}`, Company: "Acme" }));
    const made = await connection.sobject("Lead").create(rows, { allowRecursive: true });
    const some = made.slice(0, 3).map((item) => item.id);
    const mixed = await connection.sobject("Lead").create([rows[0], { FirstName: "NoLast" }]);
    const updated = await connection.sobject("Lead").update(some.map((Id) => ({ Id, Title: "CTO" })));
    const keyed = some.map((_, n) => ({ LastName: "K", Company: "Acme", Connector_Key__c: `k${n}` }));
    const upserted = await connection.sobject("Lead").upsert(keyed, "Connector_Key__c");
    const read = await connection.sobject("Lead").retrieve(some);
    const deleted = await connection.sobject("Lead").destroy(some);
    return { made: made.filter((item) => item.success).length, mixed, updated, upserted, read, deleted };
  },

  async paging() {
    const connection = connected();
    const ids = [];
    let page = await connection.query("SELECT Id FROM Lead", { headers: { "Sforce-Query-Options": "batchSize=200" } });
    const first = page.records.length;
    for (;;) {
      ids.push(...page.records.map((row) => row.Id));
      if (page.done) break;
      page = await connection.queryMore(page.nextRecordsUrl);
    }
    const everything = await connection.query("SELECT Id FROM Lead", { autoFetch: true, maxFetch: 10000 });
    const found = await connection.sobject("Lead").find({ LastName: { $like: "L1%" } }, "Id, LastName").limit(5).execute();
    return { first, ids: ids.length, total: everything.records.length, found: found.length };
  },

  async errors() {
    const connection = connected();
    const gone = "00Q5g00000AbCdEEAV";
    return {
      query: await refused(connection.query("SELECT Nothing FROM Lead")),
      create: await refused(connection.sobject("Lead").create({ FirstName: "Ada" })),
      missing: await refused(connection.sobject("Lead").retrieve(gone)),
      object: await refused(connection.describe("Nothing__c")),
    };
  },

  async composite() {
    const connection = connected();
    const url = "/services/data/v62.0/sobjects";
    const compositeRequest = [
      { method: "POST", url: `${url}/Account`, referenceId: "a", body: { Name: "Acme" } },
      { method: "POST", url: `${url}/Contact`, referenceId: "c", body: { LastName: "Okafor", AccountId: "@{a.id}" } },
    ];
    const answer = await connection.requestPost("/services/data/v62.0/composite", { allOrNone: true, compositeRequest });
    return answer.compositeResponse.map((item) => item.httpStatusCode);
  },

  async convert() {
    const connection = connected();
    const lead = (company) => connection.sobject("Lead").create({ LastName: "Okafor", Company: company });
    const [one, two] = [await lead("Acme & Sons"), await lead("Globex")];
    const status = { convertedStatus: "Closed - Converted" };
    const first = await connection.soap.convertLead({ leadId: one.id, ...status });
    const again = await connection.soap.convertLead([
      { leadId: one.id, ...status },
      { leadId: two.id, ...status, doNotCreateOpportunity: true },
    ]);
    const read = await connection.sobject("Lead").retrieve(one.id);
    return { first, again, read, time: await connection.soap.getServerTimestamp(), user: await connection.soap.getUserInfo() };
  },

  async merge() {
    const connection = connected();
    const make = (Name) => connection.sobject("Account").create({ Name });
    const [one, two] = [await make("A"), await make("B")];
    const request = { masterRecord: { type: "Account", Id: one.id, Name: "A and B" }, recordToMergeIds: [two.id] };
    return { one: one.id, two: two.id, result: await connection.soap.merge(request) };
  },

  async soap_refresh() {
    let refreshed = 0;
    const connection = new jsforce.Connection({
      instanceUrl: info.base_url, accessToken: "00Dgone!x", version: "62.0",
      refreshFn: (_connection, done) => { refreshed += 1; done(null, login.access_token); },
    });
    const stamp = await connection.soap.getServerTimestamp();
    return { refreshed, stamp };
  },
};

scenarios[scenario]().then(
  (result) => console.log(JSON.stringify(result)),
  (error) => { console.error(error); process.exit(1); },
);
