'use strict';
// Draws the images of the events and writes the events: `node make_events.js`.

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const sharp = require('sharp');

const ROTATED = 6;

const drawing = (width, height, background, shape) => `
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <rect width="100%" height="100%" fill="${background}"/>
  <circle cx="${width / 3}" cy="${height / 3}" r="${height / 5}" fill="${shape}"/>
  <rect y="${height * 0.75}" width="100%" height="${height / 8}" fill="${shape}"/>
</svg>`;

const draw = (...parts) => sharp(Buffer.from(drawing(...parts)));

function write(name, image, event) {
  const text = JSON.stringify({ image: image.toString('base64'), ...event }, null, 2);
  writeFileSync(path.join(__dirname, 'events', `${name}.json`), `${text}\n`);
}

async function main() {
  const photo = draw(320, 200, '#5a8c46', '#c83c32').withMetadata({ orientation: ROTATED });
  write('photo', await photo.jpeg().toBuffer(), { box: { width: 80, height: 80 } });

  const poster = draw(240, 320, '#145aa0', '#e6c828');
  write('poster', await poster.png().toBuffer(), {
    box: { width: 64 },
    format: 'webp',
    take: [{ step: 'blur', sigma: 1.2 }],
  });

  const logo = Buffer.from(drawing(200, 100, '#f0f0f0', '#3030a0'));
  write('heldout/logo', logo, { box: { width: 100 }, format: 'png', take: [{ step: 'watermark' }] });

  const animation = draw(96, 64, '#202830', '#40c85a').gif();
  write('heldout/animation', await animation.toBuffer(), {
    box: { width: 48 },
    format: 'avif',
    take: [{ step: 'grey' }],
  });

  const whole = await draw(320, 200, '#5a8c46', '#c83c32').jpeg().toBuffer();
  write('heldout/broken', whole.subarray(0, whole.length / 2), { box: { width: 80 } });
}

main();
