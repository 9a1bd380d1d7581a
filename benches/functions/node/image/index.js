'use strict';
// Entry: an image that the event brings, as a thumbnail; the event's steps are taken on the way.

const sharp = require('sharp');
const { steps } = require('./steps.js');

// The same work on any machine, and none left over in the next request.
sharp.concurrency(1);
sharp.cache(false);

const OUTPUTS = new Map([
  ['jpeg', { quality: 80, mozjpeg: true }],
  ['png', { palette: true }],
  ['webp', { quality: 75 }],
  ['avif', { quality: 50, effort: 2 }],
]);

exports.handler = async ({ image, box, format = 'jpeg', take = [] }) => {
  if (!OUTPUTS.has(format)) return { error: 'no such format', formats: [...OUTPUTS.keys()] };
  const source = Buffer.from(image, 'base64');
  try {
    const pipeline = sharp(source, { failOn: 'error' }).autoOrient().resize({ ...box, fit: 'inside' });
    for (const { step, ...options } of take) steps[step](pipeline, options);
    const thumbnail = await pipeline.toFormat(format, OUTPUTS.get(format)).toBuffer();
    return { source: await describe(source), thumbnail: await describe(thumbnail) };
  } catch (error) {
    return { error: error.message.split('\n', 1)[0] };
  }
};

/** Format, size and mean color on white, in steps of 16, so that no encoder's rounding shows. */
async function describe(image) {
  const { format, width, height, channels, orientation = 1 } = await sharp(image).metadata();
  const flat = sharp(image).flatten({ background: 'white' }).toColorspace('srgb').raw();
  const { data, info } = await flat.toBuffer({ resolveWithObject: true });
  const { channels: bands } = await sharp(data, { raw: info }).stats();
  return { format, width, height, channels, orientation, color: bands.map(({ mean }) => Math.round(mean / 16)) };
}
