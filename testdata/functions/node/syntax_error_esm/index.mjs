export const handler = async () => {
  const = 1;
};
