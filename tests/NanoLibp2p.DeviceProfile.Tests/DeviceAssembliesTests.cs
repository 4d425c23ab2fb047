using Mono.Cecil;
using NanoLibp2p.DeviceModel;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>The shared assemblies and the boards' programs themselves, as the build made them for the device.</summary>
public sealed class DeviceAssembliesTests(ITestOutputHelper output)
{
    [Fact]
    public void All_assemblies_for_a_device_pass()
    {
        Assert.NotEmpty(DeviceAssemblies.Device);
        IReadOnlyList<Violation> violations = Profile.CheckFiles(DeviceAssemblies.Device);
        Assert.True(violations.Count == 0, $"{violations.Count} violations of the device profile:\n{string.Join('\n', violations)}");
    }

    [Fact]
    public void Every_assembly_leaves_room_in_the_tables_of_a_flash_image()
    {
        foreach (string path in DeviceAssemblies.Device)
        {
            using ModuleDefinition module = ModuleDefinition.ReadModule(path);
            AssemblySize size = AssemblySize.Of(module);
            output.WriteLine($"{size.Name}: {size.ByteCodeBytes} B byte code, {size.NameBytes} B strings, {size.SignatureBytes} B "
                + $"signatures and data of {AssemblySize.TableLimit}");
            Assert.InRange(size.ByteCodeBytes, 0, AssemblySize.TableLimit);
            Assert.InRange(size.NameBytes, 0, AssemblySize.TableLimit);
            Assert.InRange(size.SignatureBytes, 0, AssemblySize.TableLimit - 1);
        }
    }
}
