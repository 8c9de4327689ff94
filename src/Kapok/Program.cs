Console.WriteLine("kapok");
