using System;

namespace nanoFramework.TestFramework;

/// <summary>As nanoFramework.TestFramework has it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TestClassAttribute : Attribute;
