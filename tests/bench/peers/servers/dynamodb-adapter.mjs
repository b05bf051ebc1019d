// node-oidc-provider's adapter over DynamoDB: one table, one item for each instance of a model.
//
// The item: `id` is MODEL:ID, `payload` the payload as JSON, `expires` the TTL attribute; `consumedAt` stands beside the
// payload, so that it can be set without reading. Sparse secondary indexes: `uid` (sessions), `userCode`, and `grantId`
// with `id` (keys only). Expired items are not looked for here: the provider compares `exp` in the payload itself.
//
// What is set for speed: the client's commands with values in DynamoDB's notation (no DocumentClient in between), an
// agent that keeps its connections, region, endpoint and credentials given, one write for each upsert whatever its
// indexes are.
import {
  BatchWriteItemCommand, ConditionalCheckFailedException, DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand,
  QueryCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { errors } from 'oidc-provider';

const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = process.env;
// What the package's own adapter for memory takes for a member of a grant, as far as it is switched on here.
const MEMBERS = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);
// The most that BatchWriteItem takes.
const BATCH = 25;

function payloadOf(item) {
  if (!item) return undefined;
  const payload = JSON.parse(item.payload.S);
  if (item.consumedAt) payload.consumed = Number(item.consumedAt.N);
  return payload;
}

// `guarded`: consume() is refused when somebody was first. The adapters of the documentation do without.
export function adapterOver({ endpoint, table: TableName, guarded }) {
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: 64 } },
  });
  const unconsumed = guarded ? ' AND attribute_not_exists(consumedAt)' : '';

  return class DynamoAdapter {
    constructor(model) {
      this.model = model;
      this.prefix = `${model}:`;
    }

    key(id) {
      return { id: { S: this.prefix + id } };
    }

    async upsert(id, { consumed, ...payload }, expiresIn) {
      const Item = { ...this.key(id), payload: { S: JSON.stringify(payload) } };
      if (consumed) Item.consumedAt = { N: String(consumed) };
      if (expiresIn) Item.expires = { N: String(Math.floor(Date.now() / 1000) + expiresIn) };
      if (this.model === 'Session') Item.uid = { S: payload.uid };
      if (payload.userCode) Item.userCode = { S: payload.userCode };
      if (payload.grantId && MEMBERS.has(this.model)) Item.grantId = { S: payload.grantId };
      await client.send(new PutItemCommand({ TableName, Item }));
    }

    async find(id) {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: this.key(id), ConsistentRead: true }));
      return payloadOf(Item);
    }

    async findBy(name, value) {
      const { Items } = await client.send(new QueryCommand({
        TableName,
        IndexName: name,
        KeyConditionExpression: '#name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': { S: value } },
        Limit: 1,
      }));
      return payloadOf(Items[0]);
    }

    findByUid(uid) {
      return this.findBy('uid', uid);
    }

    findByUserCode(userCode) {
      return this.findBy('userCode', userCode);
    }

    async consume(id) {
      try {
        await client.send(new UpdateItemCommand({
          TableName,
          Key: this.key(id),
          UpdateExpression: 'SET consumedAt = :now',
          ConditionExpression: `attribute_exists(id)${unconsumed}`,
          ExpressionAttributeValues: { ':now': { N: String(Math.floor(Date.now() / 1000)) } },
        }));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        throw new errors.InvalidGrant(`${this.model} is gone or consumed`);
      }
    }

    async destroy(id) {
      await client.send(new DeleteItemCommand({ TableName, Key: this.key(id) }));
    }

    async revokeByGrantId(grantId) {
      let ExclusiveStartKey;
      do {
        const found = await client.send(new QueryCommand({
          TableName,
          IndexName: 'grantId',
          KeyConditionExpression: 'grantId = :grantId AND begins_with(id, :model)',
          ExpressionAttributeValues: { ':grantId': { S: grantId }, ':model': { S: this.prefix } },
          Limit: BATCH,
          ExclusiveStartKey,
        }));
        ExclusiveStartKey = found.LastEvaluatedKey;
        let requests = found.Items.map(({ id }) => ({ DeleteRequest: { Key: { id } } }));
        while (requests.length) {
          const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
          requests = UnprocessedItems?.[TableName] ?? [];
        }
      } while (ExclusiveStartKey);
    }
  };
}
