'use strict';
// Entry: asks the shop's database what the event wants to know. The event brings what the server answers.

const { BaseError } = require('sequelize');
const { openDatabase } = require('./database.js');
const { questions } = require('./questions.js');

exports.handler = async ({ question, input = {}, answers = [], dialect = 'postgres' }) => {
  const database = openDatabase(dialect, answers);
  try {
    return { result: await questions[question](database, input), statements: database.statements };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    const fields = (error.errors ?? []).map(({ path, type }) => ({ path, type }));
    return { error: error.name, fields, statements: database.statements };
  }
};
