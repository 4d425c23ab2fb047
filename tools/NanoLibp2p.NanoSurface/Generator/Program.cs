using System;
using System.IO;
using System.Linq;
using NanoLibp2p.NanoSurface.Generator;

string root = Repository.FindRoot(Directory.GetCurrentDirectory());
switch (args.FirstOrDefault())
{
    case "surface":
        return Repository.Write(root, SurfaceSet.Generate(root));
    case "heads":
        return Repository.Write(root, HeadSet.Generate(root));
    default:
        Console.Error.WriteLine(
            """
            usage: dotnet run --project tools/NanoLibp2p.NanoSurface/Generator -- surface | heads
              surface  writes the reference assemblies' source from the facts
              heads    writes the .nfproj, packages.config and solution for nanoFramework's own tools
            """);
        return 2;
}
