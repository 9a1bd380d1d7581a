'use strict';
// What may be asked of the database.

const { col, fn, literal, Op } = require('sequelize');

const MOST = 10;

/** Books that cost no more, with their authors. */
async function search({ Author, Book }, { words, most }) {
  const books = await Book.findAll({
    where: { title: { [Op.iLike]: { [Op.any]: words.map((word) => `%${word}%`) } }, price: { [Op.lte]: most } },
    include: { model: Author, attributes: ['name'] },
    order: ['title'],
    limit: MOST,
  });
  return books.map((book) => book.get({ plain: true }));
}

/** Adds a book; its number in the table. */
async function add({ Book }, book) {
  const { id } = await Book.create(book);
  return { id };
}

/** How many books each author has, and what they cost. */
async function authors({ Author, Book }, { atLeast }) {
  return Author.findAll({
    attributes: ['name', [fn('COUNT', col('books.id')), 'count'], [fn('AVG', col('books.price')), 'price']],
    include: { model: Book, attributes: [] },
    group: ['author.id'],
    having: literal(`COUNT(books.id) >= ${Number(atLeast)}`),
    raw: true,
  });
}

/** How the tables are made, in the dialect at hand. */
function tables({ sequelize, Author, Book }) {
  const generator = sequelize.getQueryInterface().queryGenerator;
  return [Author, Book].map((model) => {
    const { tableName, tableAttributes } = model;
    const columns = generator.attributesToSQL(tableAttributes, { table: tableName, context: 'createTable' });
    return generator.createTableQuery(tableName, columns, {});
  });
}

module.exports = { questions: { search, add, authors, tables } };
