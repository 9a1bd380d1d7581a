'use strict';
// Links to documents in a bucket. Signing needs no network; keys and date are fixed, so that links are too.

const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');

const BUCKET = 'shop-documents';
const SIGNING_DATE = new Date('2024-01-01T00:00:00Z');
const LIFETIME_IN_SECONDS = 900;

const client = new S3Client({
  region: 'eu-central-1',
  // Made up: they open nothing.
  credentials: { accessKeyId: 'example-key-id', secretAccessKey: 'example-secret-that-opens-nothing' },
});

function linkTo(name) {
  const command = new GetObjectCommand({ Bucket: BUCKET, Key: `manuals/${name}` });
  return getSignedUrl(client, command, { expiresIn: LIFETIME_IN_SECONDS, signingDate: SIGNING_DATE });
}

module.exports = { linkTo };
