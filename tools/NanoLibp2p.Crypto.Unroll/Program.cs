using System;
using System.IO;
using NanoLibp2p.Crypto.Unroll;

if (args.Length != 1 || !Directory.Exists(args[0]))
{
    Console.Error.WriteLine("usage: dotnet run --project tools/NanoLibp2p.Crypto.Unroll -- protocols/NanoLibp2p.Crypto");
    return 2;
}

foreach ((string name, string text) in Files.All())
{
    File.WriteAllText(Path.Combine(args[0], name), text);
    Console.WriteLine($"{name}: {text.Length} characters");
}

return 0;
