using System.Diagnostics;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>
/// The heads under nanoFramework's own project system: its public props and targets, as Visual Studio's extension installs them. They are
/// no part of this repository; whoever has a copy of the folder names it in the environment.
/// </summary>
public sealed class ProjectSystemTests(ITestOutputHelper output)
{
    private const string Variable = "NANOFRAMEWORK_PROJECT_SYSTEM";

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    // in place of the packages that Visual Studio would restore, the assemblies that the build here was made against
    private const string References = """
        <Project>
          <Target Name="TakeWhatWasBuiltHere" BeforeTargets="CoreCompile">
            <ItemGroup>
              <_Wanted Include="@(Reference->'%(HintPath)')" />
              <_Wanted Include="@(ProjectReference->'%(Filename).dll')" />
              <ReferencePathWithRefAssemblies Include="@(_Wanted->'FOLDER/%(Filename).dll')" />
            </ItemGroup>
          </Target>
        </Project>
        """;

    [Fact]
    public async Task Heads_compile_with_nanoFrameworks_own_targets_where_NANOFRAMEWORK_PROJECT_SYSTEM_names_their_folder()
    {
        string? targets = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipUnless(targets is not null, $"{Variable} names no folder with NFProjectSystem.CSharp.targets");
        Assert.True(File.Exists(Path.Combine(targets!, "NFProjectSystem.CSharp.targets")), $"{Variable}: no targets in {targets}");
        string folder = Directory.CreateTempSubdirectory("nanoLibp2p-heads-").FullName;
        try
        {
            foreach (string assembly in DeviceAssemblies.Surface.Concat(DeviceAssemblies.Device))
            {
                File.Copy(assembly, Path.Combine(folder, Path.GetFileName(assembly)));
            }

            string references = Path.Combine(folder, "references.targets");
            File.WriteAllText(references, References.Replace("FOLDER", folder, StringComparison.Ordinal));
            foreach (string project in HeadSet.FindProjects(DeviceAssemblies.Root))
            {
                string head = Path.Combine(DeviceAssemblies.Root, Path.ChangeExtension(project, ".nfproj"));
                (int exitCode, string said) = await RunAsync(
                    "msbuild", head, "-t:CoreCompile", $"-p:NanoFrameworkProjectSystemPath={Path.TrimEndingDirectorySeparator(targets!)}/",
                    $"-p:CustomAfterMicrosoftCommonTargets={references}",
                    $"-p:BaseIntermediateOutputPath={folder}/obj/{Path.GetFileName(head)}/");
                output.WriteLine($"{project}: {exitCode}");
                Assert.True(exitCode == 0, $"{project}\n{said}");
            }
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        using CancellationTokenSource late = new(_patience);
        string said = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        return (process.ExitCode, said);
    }
}
