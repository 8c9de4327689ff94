using Kapok;

return await Commands.Run(args);
