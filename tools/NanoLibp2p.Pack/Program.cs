using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using NanoLibp2p.NanoSurface.Generator;
using NanoLibp2p.Pack;

Option<string> output = new("--out") { Description = "folder that the packages are written to", DefaultValueFactory = _ => "artifacts" };
RootCommand command = new("Makes every package of a release and checks what is in it.") { output };
command.SetAction(parsed =>
{
    string root = Repository.FindRoot(Directory.GetCurrentDirectory());
    string folder = Path.GetFullPath(parsed.GetValue(output)!, root);
    Directory.CreateDirectory(folder);

    // nothing of an earlier release may pass for one of this
    foreach (string old in Directory.GetFiles(folder, "*.*nupkg"))
    {
        File.Delete(old);
    }

    if (DotnetPackages.Pack(root, folder) is var code and not 0)
    {
        Console.Error.WriteLine($"dotnet pack ended with {code}; what it says stands above");
        return 1;
    }

    foreach (string line in NanoPackages.Pack(root, folder))
    {
        Console.WriteLine(line);
    }

    int faults = 0;
    foreach (string path in Directory.GetFiles(folder, "*.nupkg").Order(StringComparer.Ordinal))
    {
        IReadOnlyList<string> found = PackageCheck.Faults(path);
        faults += found.Count;
        Console.WriteLine($"{new FileInfo(path).Length / 1024,6} KiB  {Path.GetFileName(path)}{(found.Count == 0 ? "" : "  NOT RIGHT")}");
        foreach (string fault in found)
        {
            Console.WriteLine($"            {fault}");
        }
    }

    return faults == 0 ? 0 : 1;
});
return command.Parse(args).Invoke();
