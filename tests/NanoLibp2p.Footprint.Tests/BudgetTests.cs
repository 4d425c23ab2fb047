using System;
using System.Linq;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Footprint.Operations;
using NanoLibp2p.Footprint.Report;

namespace NanoLibp2p.Footprint.Tests;

/// <summary>What operations may cost on a device, and that it doesn't depend on secrets.</summary>
public class BudgetTests
{
    private const int Secrets = 1000;

    public static TheoryData<string> Budgeted => [.. Budgets.Instructions.Select(budget => budget.Operation)];

    public static TheoryData<string> Everything => [.. OperationList.All.Select(operation => operation.Name)];

    [Fact]
    public void Every_budget_belongs_to_an_operation() =>
        Assert.Empty(Budgets.Instructions.Select(budget => budget.Operation).Except(OperationList.All.Select(operation => operation.Name)));

    [Theory]
    [MemberData(nameof(Budgeted))]
    public void An_operation_keeps_within_its_budget(string name)
    {
        Result result = Run(name);

        Assert.InRange(result.Instructions, 1, result.Budget!.Limit);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void An_operation_allocates_nothing(string name) => Assert.Equal(0, Run(name).Measurement.Bytes);

    [Fact]
    public void X25519_runs_the_same_blocks_for_every_secret() => RunsTheSameBlocks(CryptoOperations.X25519);

    [Fact]
    public void X25519_of_the_base_point_runs_the_same_blocks_for_every_secret() => RunsTheSameBlocks(CryptoOperations.X25519Base);

    [Fact]
    public void Signing_runs_the_same_blocks_for_every_secret() => RunsTheSameBlocks(CryptoOperations.Ed25519Sign);

    [Fact]
    public void Sealing_runs_the_same_blocks_for_every_key_and_plaintext() =>
        RunsTheSameBlocks(secret => CryptoOperations.Seal(secret, CryptoOperations.Bytes(200, BitConverter.ToInt32(secret))));

    // counts of every block, not only their sum
    private static void RunsTheSameBlocks(Func<byte[], Action> prepare)
    {
        Measurement first = SharedAssemblies.Meter.Measure(prepare(CryptoOperations.Bytes(32, 0)));
        Assert.True(first.Instructions > 0);
        for (int seed = 1; seed < Secrets; seed++)
        {
            Measurement next = SharedAssemblies.Meter.Measure(prepare(CryptoOperations.Bytes(32, seed)));
            Assert.True(first.RanTheSameBlocksAs(next),
                $"secret {seed} took {next.Instructions} instructions where secret 0 took {first.Instructions}: something depends on it");
        }
    }

    private static Result Run(string name) => Result.Of(OperationList.All.Single(operation => operation.Name == name));
}
