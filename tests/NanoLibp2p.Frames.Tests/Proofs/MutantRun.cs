using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace NanoLibp2p.Frames.Tests.Proofs;

/// <summary>
/// Compiles both halves with one rule taken out, and looks which of <see cref="RuleTests"/>, <see cref="CopyTests"/> and
/// <see cref="StrangerTests"/> fail and in which episode of <see cref="AirWorld"/> it shows: so each of them was seen failing.
/// </summary>
internal static class MutantRun
{
    private const int StandardEpisodes = 400;
    private const string Device = "protocols/NanoLibp2p.Frames";
    private const string Airtime = "protocols/NanoLibp2p.Frames.Airtime";
    private const string Answering = "tools/NanoLibp2p.Frames.Gateway";
    private const string Tests = "tests/NanoLibp2p.Frames.Tests";
    private const string Shared = "tests/Shared";

    private static readonly string[] _ofTests =
    [
        $"{Tests}/RuleTests.cs", $"{Tests}/CopyTests.cs", $"{Tests}/StrangerTests.cs", $"{Tests}/Support/StoredDevice.cs",
        $"{Tests}/Support/StoreFolder.cs", $"{Tests}/Support/SetClock.cs", $"{Tests}/Support/BoardValues.cs",
        $"{Tests}/Support/AirWorld.cs", $"{Tests}/Support/CuttingStores.cs", $"{Tests}/Support/WatchingCrypto.cs",
        $"{Tests}/Support/PowerCut.cs", $"{Tests}/Support/MemoryFrameStore.cs", $"{Shared}/SeededRandom.cs",
        $"{Shared}/Crypto/CheapCrypto.cs", $"{Shared}/Crypto/ForwardingCrypto.cs",
    ];

    private static readonly CSharpParseOptions _parsing = new(LanguageVersion.Latest);

    /// <summary>Plays all mutants; the first word is how many episodes of each kind of attacker show that a rule is not missed.</summary>
    /// <returns>0 when every mutant was caught, and nothing without one.</returns>
    internal static int Run(string[] args)
    {
        int episodes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : StandardEpisodes;
        Dictionary<string, string> sources = Sources();
        Mutant[] mutants = [new Mutant("(all rules)"), .. Mutant.All];
        MetadataReference[] references = References();
        int missed = 0;
        ParallelOptions all = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, mutants.Length, all, i =>
        {
            (string tests, string episode) = Play(Compile(sources, references, mutants[i]), mutants[i].IsInEpisodes ? episodes : 0);
            bool isCaught = tests.Length + episode.Length > 0;
            Interlocked.Add(ref missed, isCaught == mutants[i].Edits.Length > 0 ? 0 : 1);
            Console.WriteLine($"{mutants[i].Rule,-58} {(isCaught ? "caught" : "no fault")}\n    tests:   {tests}\n    episode: {episode}");
        });
        Console.WriteLine(missed == 0 ? $"{Mutant.All.Count} of {Mutant.All.Count} mutants caught" : $"{missed} NOT AS EXPECTED");
        return missed == 0 ? 0 : 1;
    }

    /// <summary>The text of a source file of both halves, by its name.</summary>
    internal static Dictionary<string, string> Sources()
    {
        string top = Top();
        IEnumerable<string> files = new[] { Device, Airtime, Answering }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(top, folder), "*.cs"))
            .Concat(_ofTests.Select(file => Path.Combine(top, file)));
        return files.ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);
    }

    /// <summary>The folder of the repository.</summary>
    internal static string Top()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root != null && !File.Exists(Path.Combine(root.FullName, "nanoLibp2p.sln")))
        {
            root = root.Parent;
        }

        return root?.FullName ?? throw new InvalidOperationException("the sources are not above the program");
    }

    /// <summary>The sources without a rule.</summary>
    /// <exception cref="InvalidOperationException">The text that has the rule is not there, or not once.</exception>
    internal static Dictionary<string, string> Without(Dictionary<string, string> sources, Mutant mutant)
    {
        Dictionary<string, string> changed = new(sources, StringComparer.Ordinal);
        foreach ((string file, string find, string by) in mutant.Edits)
        {
            string text = changed[file].ReplaceLineEndings("\n");
            string sought = find.ReplaceLineEndings("\n");
            int times = text.Split(sought).Length - 1;
            if (times != 1)
            {
                throw new InvalidOperationException($"'{mutant.Rule}' finds its text {times} times in {file}: {sought}");
            }

            changed[file] = text.Replace(sought, by, StringComparison.Ordinal);
        }

        return changed;
    }

    private static MetadataReference[] References()
    {
        string[] of = ["NanoLibp2p.Frames.dll", "NanoLibp2p.Frames.Gateway.dll", "NanoLibp2p.Frames.Tests.dll"];
        string all = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return [.. all.Split(Path.PathSeparator).Where(file => !of.Contains(Path.GetFileName(file)))
            .Select(file => MetadataReference.CreateFromFile(file))];
    }

    private static Assembly Compile(Dictionary<string, string> sources, MetadataReference[] references, Mutant mutant)
    {
        SyntaxTree[] trees = [.. Without(sources, mutant).Values.Append("global using Xunit;")
            .Select(text => CSharpSyntaxTree.ParseText(text, _parsing))];
        // Noise shows its inner parts to an assembly of this name
        CSharpCompilation compilation = CSharpCompilation.Create("NanoLibp2p.Frames", trees, references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        MemoryStream image = new();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image);
        if (!result.Success)
        {
            throw new InvalidOperationException($"'{mutant.Rule}' does not compile: "
                + string.Join('\n', result.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error)));
        }

        image.Position = 0;
        return new AssemblyLoadContext(mutant.Rule, isCollectible: true).LoadFromStream(image);
    }

    // what fails: the directed tests, and the first episode
    private static (string Tests, string Episode) Play(Assembly mutant, int episodes)
    {
        List<string> failed = [];
        foreach (Type rules in new[] { typeof(RuleTests), typeof(CopyTests), typeof(StrangerTests) }
            .Select(one => mutant.GetType(one.FullName!)!))
        {
            foreach (MethodInfo test in rules.GetMethods().Where(one => one.GetCustomAttribute<FactAttribute>() != null))
            {
                object?[][] rows = [.. test.GetCustomAttributes<InlineDataAttribute>().Select(one => one.Data)];
                foreach (object?[] row in rows.Length == 0 ? [[]] : rows)
                {
                    object tests = Activator.CreateInstance(rules)!;
                    using IDisposable? folder = tests as IDisposable;
                    try
                    {
                        test.Invoke(tests, row);
                    }
                    catch (TargetInvocationException)
                    {
                        failed.Add(row.Length == 0 ? test.Name : $"{test.Name}({string.Join(", ", row)})");
                    }
                }
            }
        }

        Type world = mutant.GetType(typeof(AirWorld).FullName!)!;
        Type attack = mutant.GetType(typeof(Attack).FullName!)!;
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        string first = "";
        foreach (Attack kind in Episodes.Kinds)
        {
            for (int seed = 0; seed < episodes && first.Length == 0; seed++)
            {
                try
                {
                    object episode = Activator.CreateInstance(world, Any, null, [seed, Enum.ToObject(attack, (int)kind)], null)!;
                    world.GetMethod("Run", Any)!.Invoke(episode, null);
                }
                catch (TargetInvocationException e)
                {
                    first = $"{seed} of {kind}: {e.InnerException!.Message.ReplaceLineEndings(" ")}";
                }
            }
        }

        return (string.Join(", ", failed), first);
    }
}
