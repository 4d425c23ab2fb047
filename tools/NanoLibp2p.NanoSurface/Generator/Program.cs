using System;
using System.IO;
using System.Linq;
using NanoLibp2p.NanoSurface.Generator;

var root = Repository.FindRoot(Directory.GetCurrentDirectory());
switch (args.FirstOrDefault())
{
    case "surface":
        return Repository.Write(root, SurfaceSet.Generate(root));
    default:
        Console.Error.WriteLine("usage: dotnet run --project tools/NanoLibp2p.NanoSurface/Generator -- surface");
        return 2;
}
